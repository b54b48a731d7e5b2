import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { root } from './paths.mjs'
import { SetupError } from './step.mjs'

/**
 * Becomes the command: in this very process when its Node is new enough, else in a child with the
 * same terminal, which gets every signal and whose end is ours.
 * @param {string} main relative to the repository
 * @param {string[]} args
 * @param {{ node: string, env: NodeJS.ProcessEnv }} tools
 */
export async function handOver(main, args, tools) {
  const file = join(root, main)
  if (!existsSync(file)) throw new SetupError(`${main} is not there`)
  endWithNpm()
  if (tools.node === process.execPath) {
    Object.assign(process.env, tools.env)
    process.argv = [process.execPath, file, ...args]
    await import(pathToFileURL(file).href)
    return
  }
  const child = spawn(tools.node, [file, ...args], {
    env: tools.env,
    // The fourth is a channel that closes when this process dies in whatever way: see supervisor.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal))
  }
  child.on('error', (error) => {
    console.error(`${tools.node} could not be started: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/**
 * npm passes signals on, but when it is killed outright nobody tells us. Whoever starts this
 * without npm may well mean to leave it running alone.
 */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM')
  }, 1000).unref()
}
