import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type Tethered = {
  pid: number
  /** Settles when the program has ended, wanted or not. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Asks it to end, waits, and forces it after the grace time. */
  stop: () => Promise<void>
}

export type TetherOptions = {
  file: string
  args: readonly string[]
  cwd?: string
  env: NodeJS.ProcessEnv
  /** What asks this program to end in order. */
  stopSignal?: NodeJS.Signals
  graceMs?: number
  onLine?: (line: string) => void
}

/** What the keeper is told and what it says, over its channel. */
export type TetherOrder = Required<Omit<TetherOptions, 'onLine' | 'cwd'>> & { cwd: string | null }
export type TetherReport =
  | { type: 'started'; pid: number }
  | { type: 'line'; line: string }
  | { type: 'ended'; code: number | null; signal: NodeJS.Signals | null }
  | { type: 'failed'; message: string }

/**
 * Starts a program that cannot outlive this process, not even when this process is killed
 * outright: it is the child of a small keeper, which ends it when the channel to us closes.
 */
export async function tether(options: TetherOptions): Promise<Tethered> {
  const keeper = fork(fileURLToPath(new URL('tether-keeper.ts', import.meta.url)), [], {
    // Its own process group, so that Ctrl-C in a terminal does not end it before us.
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    keeper.on('message', (report: TetherReport) => {
      if (report.type === 'ended') resolve(report)
    })
    keeper.on('exit', (code, signal) => resolve({ code, signal }))
  })
  const pid = await started(keeper, options)
  const stop = async () => {
    if (keeper.connected) keeper.disconnect()
    await ended
    if (keeper.exitCode === null && keeper.signalCode === null) await exited(keeper)
  }
  return { pid, ended, stop }
}

function started(keeper: ChildProcess, options: TetherOptions): Promise<number> {
  const { onLine, cwd, ...rest } = options
  const order: TetherOrder = { stopSignal: 'SIGTERM', graceMs: 10_000, cwd: cwd ?? null, ...rest }
  return new Promise((resolve, reject) => {
    keeper.on('message', (report: TetherReport) => {
      if (report.type === 'started') resolve(report.pid)
      else if (report.type === 'line') onLine?.(report.line)
      else if (report.type === 'failed') reject(new Error(report.message))
    })
    keeper.on('error', reject)
    keeper.on('exit', () => reject(new Error(`${options.file} could not be started`)))
    keeper.send(order)
  })
}

function exited(keeper: ChildProcess): Promise<void> {
  return new Promise((resolve) => keeper.once('exit', () => resolve()))
}
