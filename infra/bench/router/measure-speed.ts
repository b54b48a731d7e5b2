import { median } from '../statistics.ts'
import { type Subject, startSubjects } from './subjects.ts'
import { rounds, seconds, takeTurns } from './take-turns.ts'
import { callConstantly, type Load } from './wrk.ts'

const connections = 32

/** Calls a second and CPU time of a call through each hop, and what the router adds to a call. */
export async function measureSpeed(dir: string) {
  const subjects = await startSubjects(dir)
  const { router, undici, others, direct } = subjects
  try {
    const { failed, medians, ratio } = await takeTurns(dir, [undici, router, ...others])
    const half = (medians[router.name]?.requestsPerSecond ?? 0) / 2
    const pauseMs = Math.max(1, Math.round((connections / half) * 1000))
    const added = (hop: Subject) =>
      addedLatency(direct, hop, (to) => callConstantly(dir, { ...to, seconds, pauseMs }))
    return {
      goals: {
        ofBareUndici: 0.85,
        ofEveryOtherNodeProxyAndNginxWithAuth: 1,
        addedLatencyMs: { p50: 0.3, p99: 2 },
      },
      failed,
      hops: medians,
      routerTo: Object.fromEntries(
        [undici, ...others].map((hop) => [hop.name, ratio(router, hop)]),
      ),
      cpuOfUndiciToRouter: ratio(undici, router, 'cpuMicros'),
      addedLatencyMs: await added(router),
      // What a hop of Node's adds here at the least.
      undiciAddedLatencyMs: await added(undici),
    }
  } finally {
    await subjects.stop()
  }
}

/** At half of what the router can carry. */
async function addedLatency(
  direct: Subject,
  hop: Subject,
  call: (to: Subject) => Promise<Load>,
): Promise<{ p50: number; p99: number }> {
  const added: { p50: number[]; p99: number[] } = { p50: [], p99: [] }
  for (let round = 0; round < rounds; round++) {
    const [without, through] = [await call(direct), await call(hop)]
    added.p50.push(through.p50Ms - without.p50Ms)
    added.p99.push(through.p99Ms - without.p99Ms)
  }
  return { p50: median(added.p50), p99: median(added.p99) }
}
