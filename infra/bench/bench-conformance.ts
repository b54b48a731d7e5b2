import { compareChecks, type Difference } from './compare-checks.ts'
import { bridgeDifferences } from './conformance-bridge-differences.ts'
import { serveHttp } from './conformance-server/serve-http.ts'
import { type Subject, throughBridge, throughRouter } from './conformance-subjects.ts'
import { type Check, type Run, runSuite, runs } from './conformance-suite.ts'

/**
 * The public conformance suite, stable and newest alpha, at every revision that they know: against a
 * server, against the same server through the router, and against it over stdio behind the bridge.
 * Through the router nothing may differ; through the bridge only what is explained.
 */
export async function bench() {
  const server = await serveHttp(0)
  const router = await throughRouter(server.port)
  const bridge = await throughBridge()
  try {
    const results = []
    for (const run of runs) {
      const direct = await runSuite(run, `http://127.0.0.1:${server.port}/mcp`)
      results.push({
        ...run,
        direct: count(direct),
        router: compareChecks(direct, await runSuite(run, router.url)),
        bridge: explained(compareChecks(direct, await runSuite(run, bridge.url))),
      })
    }
    for (const result of results) console.error(readable(result))
    return { goal: { router: 'no difference', bridge: 'each difference explained' }, results }
  } finally {
    await Promise.all([router, bridge, server].map((one: Pick<Subject, 'close'>) => one.close()))
  }
}

function count(checks: readonly Check[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status } of checks) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

function explained(differences: Difference[]): Difference[] {
  return differences.map((one) => ({ ...one, why: bridgeDifferences[`${one.scenario}/${one.id}`] }))
}

function readable(
  result: Run & { direct: Record<string, number>; router: Difference[]; bridge: Difference[] },
): string {
  const { suite, revision, direct, router, bridge } = result
  const line = ({ scenario, id, direct: before, through, why, message }: Difference) =>
    `    ${scenario}/${id}: ${before.join(' ') || 'none'} -> ${through.join(' ') || 'none'}  ${why ?? `NOT EXPLAINED: ${message ?? ''}`}`
  return [
    `${suite}, ${revision ?? 'all'}: ${JSON.stringify(direct)}`,
    `  router: ${router.length} differ`,
    ...router.map(line),
    `  bridge: ${bridge.length} differ`,
    ...bridge.map(line),
  ].join('\n')
}
