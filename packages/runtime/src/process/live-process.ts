import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { z } from 'zod'
import type { processSchema } from './state-file.ts'

/** A process, told apart from any later one that is given the same number. */
export type LiveProcess = z.infer<typeof processSchema>

/** Null where no such process runs. */
export async function liveProcess(pid: number): Promise<LiveProcess | null> {
  const startedAt = await (process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid))
  return startedAt ? { pid, startedAt } : null
}

export async function isAlive(one: LiveProcess): Promise<boolean> {
  return (await liveProcess(one.pid))?.startedAt === one.startedAt
}

/** To the process and all of its group; nothing where it is gone. */
export async function signalGroup(leader: LiveProcess, signal: NodeJS.Signals): Promise<void> {
  if (await isAlive(leader)) killGroup(leader.pid, signal)
}

export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Field 22 of proc_pid_stat(5), counted behind the name, which may hold spaces and brackets. */
async function startOnLinux(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? null : (fields[18] ?? null)
}

async function startByPs(pid: number): Promise<string | null> {
  const ps = promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)])
  const { stdout } = await ps.catch(() => ({ stdout: '' }))
  const [state = '', ...start] = stdout.trim().split(/\s+/)
  return state === '' || state.startsWith('Z') ? null : start.join(' ')
}
