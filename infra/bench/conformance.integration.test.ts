import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareChecks } from './compare-checks.ts'
import { serveHttp } from './conformance-server/serve-http.ts'
import { throughRouter } from './conformance-subjects.ts'
import { runSuite, runs } from './conformance-suite.ts'

let server: Awaited<ReturnType<typeof serveHttp>>
let router: Awaited<ReturnType<typeof throughRouter>>

beforeAll(async () => {
  server = await serveHttp(0)
  router = await throughRouter(server.port)
})

afterAll(async () => {
  await router.close()
  await server.close()
})

// Without a revision the suite also looks for extensions, which no server of ours has.
const dated = runs.filter(({ revision }) => revision !== null)

test.each(dated)(
  'the $suite suite at $revision finds nothing wrong, and the same through the router',
  async (run) => {
    const direct = await runSuite(run, `http://127.0.0.1:${server.port}/mcp`)
    expect(direct.filter(({ status }) => status === 'FAILURE')).toEqual([])
    expect(direct.some(({ status }) => status === 'SUCCESS')).toBe(true)
    expect(compareChecks(direct, await runSuite(run, router.url))).toEqual([])
  },
)
