import { readdirSync, readFileSync } from 'node:fs'
import { openSession } from './session.ts'
import { everything, type Name, start } from './subjects.ts'

const measureMs = 2000
const warmUpMs = 500
const sessions = 8
const mib = 1024

/** One turn of one bridge in front of server-everything: calls a second, then memory. */
export async function measure(name: Name) {
  const bridge = await start(name, [everything])
  try {
    const all = [await openSession(bridge.url)]
    await callsPerSecond(all, warmUpMs)
    const one = await callsPerSecond(all, measureMs)
    const before = memory(bridge.pid)
    while (all.length < 1 + sessions) all.push(await openSession(bridge.url))
    const many = all.slice(1)
    await Promise.all(many.map((session) => session.call('echo', { message: 'hello' })))
    const after = memory(bridge.pid)
    await callsPerSecond(many, warmUpMs)
    const cpuBefore = cpuMs(bridge.pid)
    const eight = await callsPerSecond(many, measureMs)
    const calls = (eight * measureMs) / 1000
    return {
      callsPerSecond1: one,
      callsPerSecond8: eight,
      // Says the most on a machine that has other things to do.
      bridgeCpuMsPer1000Calls: ((cpuMs(bridge.pid) - cpuBefore) / calls) * 1000,
      bridgeMiB: before.own,
      addedMiBPerSessionBridge: (after.own - before.own) / sessions,
      addedMiBPerSessionAll: (after.all - before.all) / sessions,
    }
  } finally {
    await bridge.stop()
  }
}

/** Each session calls as soon as it has its answer. */
async function callsPerSecond(all: Awaited<ReturnType<typeof openSession>>[], ms: number) {
  const start = performance.now()
  let calls = 0
  await Promise.all(
    all.map(async (session) => {
      for (; performance.now() - start < ms; calls++) {
        const text = await session.call('echo', { message: 'hello' })
        if (!text.includes('Echo: hello')) throw new Error(`no echo: ${text.slice(0, 200)}`)
      }
    }),
  )
  return (calls * 1000) / (performance.now() - start)
}

/** Of the process alone, all its threads: fields 14 and 15 of proc_pid_stat(5), in ticks of 10 ms. */
function cpuMs(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user, system] = fields.split(' ').slice(11, 13).map(Number)
  return ((user ?? 0) + (system ?? 0)) * 10
}

/** Resident memory in MiB, of the process and of it with all that it started. */
function memory(pid: number): { own: number; all: number } {
  const own = residentMiB(pid)
  const parents = new Map(
    readdirSync('/proc')
      .filter((one) => /^\d+$/.test(one))
      .map((one) => [Number(one), parentOf(one)]),
  )
  const descends = (one: number | undefined): boolean =>
    one === pid || (one !== undefined && descends(parents.get(one)))
  const all = [...parents.keys()].filter(descends).reduce((sum, one) => sum + residentMiB(one), 0)
  return { own, all }
}

function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(status(pid))?.[1] ?? 0) / mib
}

function parentOf(pid: string): number | undefined {
  const parent = Number(/PPid:\s+(\d+)/.exec(status(pid))?.[1] ?? 0)
  return parent === 0 ? undefined : parent
}

function status(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
