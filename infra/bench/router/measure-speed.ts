import { readFileSync } from 'node:fs'
import { median, quantile } from '../statistics.ts'
import { type Subject, startSubjects } from './subjects.ts'
import { callConstantly, type Load } from './wrk.ts'

const rounds = 7
const seconds = 3
/** So many calls before anything counts: by then V8 has compiled what matters. */
const warmUpCalls = 60_000
const clockTicksPerSecond = 100
const connections = 32

type Result = { requestsPerSecond: number[]; cpuMicros: number[] }

/**
 * Calls a second through each hop, in turns, since other work on the machine changes what it gives.
 * Ratios are taken within a turn. The CPU time a call takes is steadier than the calls a second.
 */
export async function measureSpeed(dir: string) {
  const subjects = await startSubjects(dir)
  const { router, undici, others, direct, key } = subjects
  const hops = [undici, router, ...others]
  const results = new Map<string, Result>()
  let failed = 0
  const call = async (to: Subject, pauseMs = 0) => {
    const load = await callConstantly(dir, { ...to, key, seconds, pauseMs })
    failed += load.failed
    return load
  }
  try {
    for (const hop of hops) await warmUp(hop, call)
    for (let round = 0; round < rounds; round++)
      for (const hop of hops) {
        const before = cpuSeconds(hop)
        const { requestsPerSecond } = await call(hop)
        const cpuMicros = ((cpuSeconds(hop) - before) * 1e6) / (requestsPerSecond * seconds)
        const result = results.get(hop.name) ?? { requestsPerSecond: [], cpuMicros: [] }
        results.set(hop.name, result)
        result.requestsPerSecond.push(requestsPerSecond)
        result.cpuMicros.push(cpuMicros)
      }
    const ratio = (of: string, to: string, what: keyof Result = 'requestsPerSecond') =>
      ratioOf(results.get(of)?.[what] ?? [], results.get(to)?.[what] ?? [])
    const half = median(results.get(router.name)?.requestsPerSecond ?? []) / 2
    const pauseMs = Math.max(1, Math.round((connections / half) * 1000))
    return {
      goals: {
        ofBareUndici: 0.85,
        ofEveryOtherNodeProxyAndNginxWithAuth: 1,
        addedLatencyMs: { p50: 0.3, p99: 2 },
      },
      failed,
      hops: Object.fromEntries(
        [...results].map(([name, one]) => [
          name,
          { requestsPerSecond: median(one.requestsPerSecond), cpuMicros: median(one.cpuMicros) },
        ]),
      ),
      routerTo: Object.fromEntries(
        [undici, ...others].map(({ name }) => [name, ratio(router.name, name)]),
      ),
      cpuOfUndiciToRouter: ratio(undici.name, router.name, 'cpuMicros'),
      addedLatencyMs: await addedLatency(direct, router, (to) => call(to, pauseMs)),
    }
  } finally {
    await subjects.stop()
  }
}

async function warmUp(hop: Subject, call: (to: Subject) => Promise<Load>): Promise<void> {
  let calls = 0
  while (calls < warmUpCalls) calls += (await call(hop)).requestsPerSecond * seconds
}

/** At half of what the router can carry. */
async function addedLatency(
  direct: Subject,
  router: Subject,
  call: (to: Subject) => Promise<Load>,
): Promise<{ p50: number; p99: number }> {
  const added: { p50: number[]; p99: number[] } = { p50: [], p99: [] }
  for (let round = 0; round < rounds; round++) {
    const [without, through] = [await call(direct), await call(router)]
    added.p50.push(through.p50Ms - without.p50Ms)
    added.p99.push(through.p99Ms - without.p99Ms)
  }
  return { p50: median(added.p50), p99: median(added.p99) }
}

function ratioOf(a: number[], b: number[]): { median: number; lowest: number; highest: number } {
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
