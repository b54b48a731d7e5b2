import { readFileSync } from 'node:fs'
import { median, quantile } from '../statistics.ts'
import type { Subject } from './subjects.ts'
import { callConstantly, type Load } from './wrk.ts'

export const rounds = 7
export const seconds = 3
/** So many calls before anything counts: by then V8 has compiled what matters. */
const warmUpCalls = 60_000
const clockTicksPerSecond = 100

type Result = { requestsPerSecond: number[]; cpuMicros: number[] }
type Ratio = { median: number; lowest: number; highest: number }
export type Turns = {
  failed: number
  medians: Record<string, { requestsPerSecond: number; cpuMicros: number }>
  /** Taken within a turn. The CPU time a call takes is steadier than the calls a second. */
  ratio(of: Subject, to: Subject, what?: keyof Result): Ratio
}

/** Calls through each subject in turns, since other work on the machine changes what it gives. */
export async function takeTurns(dir: string, subjects: readonly Subject[]): Promise<Turns> {
  const results = new Map<string, Result>()
  let failed = 0
  const call = async (to: Subject): Promise<Load> => {
    const load = await callConstantly(dir, { ...to, seconds })
    failed += load.failed
    return load
  }
  for (const subject of subjects)
    for (let calls = 0; calls < warmUpCalls; )
      calls += (await call(subject)).requestsPerSecond * seconds
  for (let round = 0; round < rounds; round++)
    for (const subject of subjects) {
      const before = cpuSeconds(subject)
      const { requestsPerSecond } = await call(subject)
      const cpuMicros = ((cpuSeconds(subject) - before) * 1e6) / (requestsPerSecond * seconds)
      const result = results.get(subject.name) ?? { requestsPerSecond: [], cpuMicros: [] }
      results.set(subject.name, result)
      result.requestsPerSecond.push(requestsPerSecond)
      result.cpuMicros.push(cpuMicros)
    }
  return {
    failed,
    medians: Object.fromEntries(
      [...results].map(([name, { requestsPerSecond, cpuMicros }]) => [
        name,
        { requestsPerSecond: median(requestsPerSecond), cpuMicros: median(cpuMicros) },
      ]),
    ),
    ratio: (of, to, what = 'requestsPerSecond') =>
      ratioOf(results.get(of.name)?.[what] ?? [], results.get(to.name)?.[what] ?? []),
  }
}

function ratioOf(a: number[], b: number[]): Ratio {
  // In hundredths, as quantile rounds to tenths.
  const ratios = a.map((value, at) => (100 * value) / (b[at] ?? Number.NaN))
  const of = (q: number) => Math.round(quantile(ratios, q)) / 100
  return { median: of(0.5), lowest: of(0), highest: of(1) }
}

/** User and system time of the process so far. */
function cpuSeconds({ process: { pid } }: Subject): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond
}
