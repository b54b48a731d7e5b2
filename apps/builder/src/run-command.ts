import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { AppError } from '@moorage/domain/error'

export type CommandResult = { exitCode: number | null; stdout: string; stderr: string }

const maxOutputBytes = 1024 * 1024

/**
 * Runs a program with an argument array, never through a shell, with exactly the environment that
 * is given. Abort and time cap kill its whole process group. A non-zero exit is an answer, not an
 * error; `canceled` and `timed_out` are thrown.
 */
export async function runCommand(options: {
  file: string
  args: string[]
  cwd: string
  env: Record<string, string>
  signal: AbortSignal
  timeoutMs: number
  onLine?: (line: string) => void
}): Promise<CommandResult> {
  const { file, args, cwd, env, signal, timeoutMs, onLine } = options
  if (signal.aborted) throw new AppError('canceled', 'Canceled.')
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const killGroup = () => {
    if (child.pid !== undefined)
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
  }
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    killGroup()
  }, timeoutMs)
  signal.addEventListener('abort', killGroup, { once: true })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8')
    child[name].on('data', (chunk: string) => {
      if (output[name].length < maxOutputBytes) output[name] += chunk
    })
  }
  if (onLine) createInterface({ input: child.stderr }).on('line', onLine)
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
    if (signal.aborted) throw new AppError('canceled', 'Canceled.')
    if (timedOut)
      throw new AppError('timed_out', `${file} took longer than ${Math.round(timeoutMs / 1000)} s.`)
    return { exitCode, ...output }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('unavailable', `${file} could not be run on the builder.`, {
      hint: `Is ${file} installed?`,
      cause: error,
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', killGroup)
  }
}
