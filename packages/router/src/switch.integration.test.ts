import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, connect, echo, isServed, send } from './testing/client.ts'
import { startPlatform, type TestPlatform, until } from './testing/platform.ts'
import { startModernServer, startSessionServer } from './testing/upstream.ts'

let platform: TestPlatform
let teamId: string
let key: string
let nodeId: string
let url: string

beforeAll(async () => {
  platform = await startPlatform()
  teamId = await platform.addTeam()
  key = (await platform.addKey(teamId)).key
  const started = await platform.startRouter()
  url = started.url
  nodeId = started.nodeId
})

afterAll(() => platform.close())

test.each(['legacy', '2026-07-28'] as const)(
  'no request of 8 busy %s clients fails while instances are swapped beneath them',
  async (era) => {
    const start = () => (era === 'legacy' ? startSessionServer('v') : startModernServer('v'))
    const server = await platform.addServer(teamId)
    const mcp = `${url}/${server.slug}/mcp`
    let upstream = await start()
    let { instanceIds } = await platform.deploy(server, upstream.port)
    await until(() => isServed(mcp, key))
    const clients = await Promise.all(Array.from({ length: 8 }, () => connect(mcp, key, era)))

    let stop = false
    let calls = 0
    const failures: unknown[] = []
    const load = clients.map(async (client) => {
      while (!stop) {
        await echo(client, 'x').catch((error) => failures.push(error))
        calls += 1
      }
    })
    for (let swap = 0; swap < 5; swap += 1) {
      const next = await start()
      const deployed = await platform.deploy(server, next.port)
      await platform.drained(nodeId, deployed.version, instanceIds)
      await platform.removeInstances(instanceIds)
      await upstream.stop()
      upstream = next
      instanceIds = deployed.instanceIds
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    stop = true
    await Promise.all(load)
    expect(failures).toEqual([])
    expect(calls).toBeGreaterThan(40)
    await Promise.all(clients.map((client) => client.close()))
    await upstream.stop()
  },
)

test('a route change is acknowledged, and answered for, within a second', async () => {
  const server = await platform.addServer(teamId)
  const upstream = await startModernServer('v')
  const begun = performance.now()
  const { version, instanceIds } = await platform.deploy(server, upstream.port)
  await platform.drained(nodeId, version, ['another'])
  expect(performance.now() - begun).toBeLessThan(1_000)
  expect(instanceIds).toHaveLength(1)
  expect((await send(`${url}/${server.slug}/mcp`, { headers: bearer(key) })).status).toBe(405)
  await upstream.stop()
})
