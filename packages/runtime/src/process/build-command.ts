import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { AppError } from '@moorage/domain/error'
import { lineSplitter } from '../build-log.ts'

const tether = fileURLToPath(new URL('./tether.ts', import.meta.url))

/** Runs one command to its end, its output line by line to onLog. Throws where it fails. */
export async function runBuildCommand(
  command: readonly string[],
  run: {
    cwd: string
    env: Record<string, string>
    onLog: (line: string) => void
    signal: AbortSignal
  },
): Promise<void> {
  run.signal.throwIfAborted()
  run.onLog(`$ ${command.join(' ')}`)
  const child = fork(tether, [...command], {
    cwd: run.cwd,
    env: run.env,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const end = () => child.kill('SIGTERM')
  run.signal.addEventListener('abort', end, { once: true })
  const flush = [child.stdout, child.stderr].map((stream) => forward(stream, run.onLog))
  try {
    const [code] = await once(child, 'close')
    for (const rest of flush) rest()
    run.signal.throwIfAborted()
    if (code !== 0) throw failure(command, typeof code === 'number' ? code : 1)
  } finally {
    run.signal.removeEventListener('abort', end)
  }
}

function forward(stream: Readable | null, onLog: (line: string) => void): () => void {
  const lines = lineSplitter((line) => onLog(line.trimEnd()))
  stream?.setEncoding('utf8').on('data', (text: string) => lines.write(text))
  return lines.end
}

function failure(command: readonly string[], exitCode: number): AppError {
  return new AppError('build_failed', `A build command ended with exit code ${exitCode}.`, {
    message: command.join(' '),
    exitCode,
  })
}
