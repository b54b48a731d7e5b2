import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { lineSplitter } from '../build-log.ts'
import { type LaunchAnswer, launchRequestSchema } from './launch-request.ts'
import { killGroup, liveProcess } from './live-process.ts'
import { logWriter } from './log-file.ts'
import { instancePaths } from './paths.ts'
import { writeState } from './state-file.ts'

/**
 * A program: runs one instance, and outlives the builder. It puts a time on each line that the
 * server prints, records how it ended, and then ends what the server left of its process group.
 */
const giveUp = () => process.exit(1)
process.once('disconnect', giveUp)
const [message] = await once(process, 'message')
process.removeListener('disconnect', giveUp)
const request = launchRequestSchema.parse(message)
const paths = instancePaths(request.instanceDir)
const [program = '', ...args] = request.command
const child = spawn(program, args, {
  cwd: request.cwd,
  env: request.env,
  detached: true,
  stdio: ['ignore', 'pipe', 'pipe'],
})
// Listened to from the first moment: Node throws away what nobody has asked for by the exit.
const write = logWriter(paths.log)
const flush = (['stdout', 'stderr'] as const).map((stream) =>
  forward(child[stream], (line) => write(stream, line)),
)
const closed = new Promise<void>((resolve) => child.on('close', () => resolve()))
const ended = new Promise<number>((resolve) =>
  child.on('exit', (code, signal) => resolve(exitCode(code, signal))),
)
const failed = once(child, 'error').then(([error]) => startError(error))
const error = await Promise.race([failed, started(child)])
answer({ error })
if (error === null) await untilEnd(child)

async function started(server: ChildProcess): Promise<null> {
  await once(server, 'spawn')
  const [self, other] = await Promise.all([liveProcess(process.pid), liveProcess(server.pid ?? 0)])
  // A server that ended at once has no entry any more; its exit is recorded all the same.
  if (self) await writeState(paths.running, { launcher: self, server: other ?? self })
  return null
}

async function untilEnd(server: ChildProcess): Promise<void> {
  const code = await ended
  if (server.pid) killGroup(server.pid, 'SIGKILL')
  // Whoever left the group may hold the pipe open for ever.
  await Promise.race([closed, sleep(2_000)])
  for (const rest of flush) rest()
  await writeState(paths.exit, { exitCode: code })
  process.exit(0)
}

/** As a shell and a container engine have it: 128 and the number of the signal. */
function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  return signal ? 128 + constants.signals[signal] : (code ?? 1)
}

function forward(stream: Readable | null, onLine: (line: string) => void): () => void {
  const lines = lineSplitter(onLine)
  stream?.setEncoding('utf8').on('data', (text: string) => lines.write(text))
  return lines.end
}

function startError(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    return `The start command "${program}" is not on this machine.`
  return 'The server did not start.'
}

function answer(what: LaunchAnswer): void {
  process.send?.(what, () => {
    if (process.connected) process.disconnect?.()
  })
}
