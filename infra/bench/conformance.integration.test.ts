import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareChecks } from './compare-checks.ts'
import { bridgeDifferences, dependsOnSpeed } from './conformance-bridge-differences.ts'
import { serveHttp } from './conformance-server/serve-http.ts'
import { type Subject, throughBridge, throughRouter } from './conformance-subjects.ts'
import { runSuite, runs } from './conformance-suite.ts'

let server: Awaited<ReturnType<typeof serveHttp>>
let router: Subject
let bridge: Subject
const met = new Set<string>()

beforeAll(async () => {
  server = await serveHttp(0)
  router = await throughRouter(server.port)
  bridge = await throughBridge()
})

afterAll(async () => {
  await router.close()
  await bridge.close()
  await server.close()
})

// Without a revision the suite also looks for extensions, which no server of ours has.
const dated = runs.filter(({ revision }) => revision !== null)

test.each(dated)(
  'the $suite suite at $revision finds nothing wrong, the same through the router, and through the bridge what is explained',
  async (run) => {
    const direct = await runSuite(run, `http://127.0.0.1:${server.port}/mcp`)
    expect(direct.filter(({ status }) => status === 'FAILURE')).toEqual([])
    expect(direct.some(({ status }) => status === 'SUCCESS')).toBe(true)
    const [atRouter, atBridge] = await Promise.all(
      [router, bridge].map(async ({ url }) => compareChecks(direct, await runSuite(run, url))),
    )
    expect(atRouter).toEqual([])
    for (const { scenario, id } of atBridge ?? []) met.add(`${scenario}/${id}`)
    const isUnexplained = ({ scenario, id }: { scenario: string; id: string }) =>
      bridgeDifferences[`${scenario}/${id}`] === undefined
    expect((atBridge ?? []).filter(isUnexplained)).toEqual([])
  },
  180_000,
)

test('no difference of the bridge is explained that there is not', () => {
  const stale = Object.keys(bridgeDifferences).filter((key) => !met.has(key))
  expect(stale.filter((key) => !dependsOnSpeed.includes(key))).toEqual([])
})
