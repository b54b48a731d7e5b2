import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { createBackoff } from './backoff.ts'
import type { Log } from './log.ts'

export type AppSpec = {
  name: string
  /** Its main, relative to `cwd`. */
  main: string
  cwd: string
  env: NodeJS.ProcessEnv
  onMessage?: (message: unknown) => void
}

export type ChildApp = {
  /** The pid of the present run. */
  pid: () => number | undefined
  /** Deaths in a row: a start that cannot work shows here. */
  deaths: () => number
  /** Asks it to end; after the grace time, or at once with 0, ends it and all it started. */
  stop: (graceMs: number) => Promise<void>
}

const guard = new URL('app-guard.ts', import.meta.url).href

/** Runs an app and starts it again when it dies, until `stop`. */
export function startApp(spec: AppSpec, log: Log): ChildApp {
  // Its callers are refused meanwhile, so one death is no reason to wait.
  const backoff = createBackoff(0)
  const stopping = new AbortController()
  let child: ChildProcess | null = null
  const running = keepRunning()

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      const startedAt = Date.now()
      child = spawnApp(spec, log)
      const how = await ended(child)
      killGroup(child)
      if (stopping.signal.aborted) return
      const delayMs = backoff.nextDelayMs(Date.now() - startedAt)
      const when = delayMs === 0 ? 'at once' : `in ${delayMs / 1000} s`
      log.line(spec.name, `ended with ${how}; starts again ${when}`)
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }

  return {
    pid: () => child?.pid,
    deaths: backoff.deaths,
    async stop(graceMs) {
      stopping.abort()
      if (graceMs > 0) child?.kill('SIGTERM')
      const force = setTimeout(() => child && killGroup(child), graceMs)
      await running
      clearTimeout(force)
    },
  }
}

function spawnApp(spec: AppSpec, log: Log): ChildProcess {
  const child = fork(spec.main, [], {
    cwd: spec.cwd,
    env: spec.env,
    // A process group of its own: Ctrl-C in the terminal is for us, who then end things in order.
    detached: true,
    execArgv: ['--import', guard],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', (line) => log.line(spec.name, line))
  }
  child.on('message', (message) => spec.onMessage?.(message))
  return child
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
}

/** Also what the app left behind of its own children. */
function killGroup(child: ChildProcess): void {
  if (!child.pid) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
