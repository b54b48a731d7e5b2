import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'

/** The hop that is measured has one core to itself; what calls it and answers it has the other. */
export const hopCore = '0'
export const restCore = '1'

/** Such as "--cpu-prof --cpu-prof-dir=/tmp/profiles", to see what costs. */
const profiling = (process.env.BENCH_NODE_ARGS ?? '').split(' ').filter(Boolean)

export type Child = {
  port: number
  /** How long it took to be ready, where it says so. */
  startMs: number | undefined
  process: ChildProcess
  stop(): Promise<void>
}

/** A script of this directory in a process of its own, which says `{ port }` when it is ready. */
export async function startScript(
  name: string,
  core: string,
  env: Record<string, string>,
): Promise<Child> {
  const child = fork(new URL(name, import.meta.url), {
    execPath: 'taskset',
    execArgv: ['-c', core, process.execPath, '--expose-gc', ...profiling],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ready = await new Promise<{ port: number; startMs?: number }>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}.`)))
    child.once('message', (message) => resolve(message as { port: number; startMs?: number }))
  })
  return { ...ready, startMs: ready.startMs, process: child, stop: () => stop(child) }
}

/** A program that is ready as soon as its port answers. */
export async function startProgram(
  command: string,
  args: string[],
  port: number,
  core: string,
): Promise<Child> {
  const child = spawn('taskset', ['-c', core, command, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  while (!(await fetch(`http://127.0.0.1:${port}/`).catch(() => null))) {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}.`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { port, startMs: undefined, process: child, stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
