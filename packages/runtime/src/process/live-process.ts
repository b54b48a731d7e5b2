import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { z } from 'zod'
import type { processSchema } from './state-file.ts'

/** A process, told apart from any later one that is given the same number. */
export type LiveProcess = z.infer<typeof processSchema>

/** Null where no such process runs. */
export async function liveProcess(pid: number): Promise<LiveProcess | null> {
  const found = await look(pid)
  return found && { pid, startedAt: found.startedAt }
}

/** Held by SIGSTOP. */
export async function isPaused({ pid, startedAt }: LiveProcess): Promise<boolean> {
  const found = await look(pid)
  return found?.startedAt === startedAt && found.state.startsWith('T')
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

type Look = { state: string; startedAt: string }

function look(pid: number): Promise<Look | null> {
  return process.platform === 'linux' ? lookOnLinux(pid) : lookByPs(pid)
}

/** Field 22 of proc_pid_stat(5), counted behind the name, which may hold spaces and brackets. */
async function lookOnLinux(pid: number): Promise<Look | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const startedAt = fields[18]
  return state === 'Z' || state === 'X' || !startedAt ? null : { state, startedAt }
}

async function lookByPs(pid: number): Promise<Look | null> {
  const ps = promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)])
  const { stdout } = await ps.catch(() => ({ stdout: '' }))
  const [state = '', ...start] = stdout.trim().split(/\s+/)
  return state === '' || state.startsWith('Z') ? null : { state, startedAt: start.join(' ') }
}
