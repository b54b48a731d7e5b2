import { spawn } from 'node:child_process'
import { env, exit, stderr, stdout } from 'node:process'

/** A failure that a person can act on: what the command said, and what to do about it. */
export class SetupError extends Error {
  /** @param {string} message @param {{ output?: string, hint?: string }} [details] */
  constructor(message, details = {}) {
    super(message)
    this.output = details.output ?? ''
    this.hint = details.hint ?? ''
  }
}

/**
 * Does one piece of work and prints one line about it, with its time.
 * @template T
 * @param {{ quiet: boolean }} options
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(options, title, work) {
  const out = options.quiet ? stderr : stdout
  const startedAt = Date.now()
  if (out.isTTY) out.write(`  … ${title}`)
  const line = (/** @type {string} */ mark) => {
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
    out.write(
      `${out.isTTY ? '\r\u001b[K' : ''}  ${mark} ${title} ${paint('2', `${seconds}s`, out)}\n`,
    )
  }
  try {
    const result = await work()
    line(paint('32', '✓', out))
    return result
  } catch (error) {
    line(paint('31', '✗', out))
    throw error
  }
}

/**
 * Runs a command to its end and keeps what it says for the case that it fails.
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, hint: string }} options
 * @returns {Promise<string>}
 */
export function run(file, args, options) {
  return new Promise((resolve, reject) => {
    let output = ''
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', (error) => {
      reject(
        new SetupError(`${file} could not be started: ${error.message}`, { hint: options.hint }),
      )
    })
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output)
      const said = `${file} ${args.join(' ')} ended with ${signal ?? `exit code ${code}`}`
      reject(new SetupError(said, { output, hint: options.hint }))
    })
  })
}

/** @param {unknown} error @returns {never} */
export function fail(error) {
  if (!(error instanceof SetupError)) throw error
  const output = error.output.trimEnd()
  if (output) stderr.write(`\n${output.split('\n').slice(-60).join('\n')}\n`)
  stderr.write(`\n${paint('31', 'Set-up stopped:', stderr)} ${error.message}\n`)
  if (error.hint) stderr.write(`${error.hint}\n`)
  exit(1)
}

/** @param {string} code @param {string} text @param {{ isTTY?: boolean }} out */
function paint(code, text, out) {
  return out.isTTY && !env.NO_COLOR ? `\u001b[${code}m${text}\u001b[0m` : text
}
