import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, connect, echo, isServed, send } from './testing/client.ts'
import { startPlatform, type TestPlatform, until } from './testing/platform.ts'
import { startModernServer, startSessionServer, type Upstream } from './testing/upstream.ts'

let platform: TestPlatform
let url: string
let teamId: string
let key: string
const upstreams: Upstream[] = []

beforeAll(async () => {
  platform = await startPlatform()
  teamId = await platform.addTeam()
  key = (await platform.addKey(teamId)).key
  url = (await platform.startRouter()).url
})

afterAll(async () => {
  await platform.close()
  await Promise.all(upstreams.map((upstream) => upstream.stop()))
})

async function serve<T extends Upstream>(starting: Promise<T>, plan: { path?: string } = {}) {
  const upstream = await starting
  upstreams.push(upstream)
  const server = await platform.addServer(teamId)
  await platform.deploy(server, upstream.port, plan)
  const path = `${url}/${server.slug}`
  await until(() => isServed(`${path}/mcp`, key))
  return { upstream, server, path, mcp: `${path}/mcp` }
}

test('a 2026-07-28 client calls a tool through the router', async () => {
  const { mcp } = await serve(startModernServer('modern'))
  const client = await connect(mcp, key, '2026-07-28')
  expect(await echo(client, 'hello')).toBe('modern: hello')
  await client.close()
})

test('a legacy client calls a tool of the same server through the router', async () => {
  const { mcp } = await serve(startModernServer('both'))
  const client = await connect(mcp, key, 'legacy')
  expect(await echo(client, 'hello')).toBe('both: hello')
  await client.close()
})

test('a legacy client keeps its session, and ends it', async () => {
  const { mcp, upstream } = await serve(startSessionServer('sessions'))
  const client = await connect(mcp, key, 'legacy')
  expect(await echo(client, 'one')).toBe('sessions: one')
  expect(await echo(client, 'two')).toBe('sessions: two')
  expect(upstream.sessions.size).toBe(1)
  const transport = client.transport
  if (transport && 'terminateSession' in transport)
    await (transport.terminateSession as () => Promise<void>)()
  expect(upstream.sessions.size).toBe(0)
  await client.close()
})

test('a question of the server reaches the client, and its answer the server', async () => {
  const { mcp } = await serve(startSessionServer('asker'))
  const client = await connect(mcp, key, 'legacy')
  client.setRequestHandler('sampling/createMessage', async () => ({
    model: 'none',
    role: 'assistant' as const,
    content: { type: 'text' as const, text: 'fine' },
  }))
  const result = await client.callTool({ name: 'ask', arguments: {} })
  expect(result.content).toEqual([{ type: 'text', text: 'asker: fine' }])
  await client.close()
})

test('/mcp and /mcp/ lead to where the plan says that the server speaks MCP', async () => {
  const { path, upstream } = await serve(startModernServer('elsewhere'), { path: '/deep/inside' })
  for (const end of ['/mcp', '/mcp/', '/mcp?x=1', '/deep/inside'])
    await send(path + end, { headers: bearer(key) })
  expect(upstream.seen.slice(-4).map((one) => one.url)).toEqual([
    '/deep/inside',
    '/deep/inside',
    '/deep/inside?x=1',
    '/deep/inside',
  ])
})

test('each call leaves a row in the request log, and the key its last use', async () => {
  const { mcp, server } = await serve(startModernServer('logged'))
  for (const era of ['legacy', '2026-07-28'] as const) {
    const client = await connect(mcp, key, era)
    await echo(client, 'hello')
    await client.callTool({ name: 'nope', arguments: {} }).catch(() => {})
    await client.close()
  }
  const rows = () =>
    platform.db.requestLog.findMany({
      where: { serverId: server.id, rpcMethod: 'tools/call', target: 'echo' },
      orderBy: { id: 'asc' },
    })
  await until(async () => (await rows()).length === 2)
  const [legacy, modern] = await rows()
  expect(legacy).toMatchObject({
    httpMethod: 'POST',
    status: 200,
    rpcErrorCode: null,
    principalName: 'test',
    protocol: '2025-11-25',
  })
  expect(modern).toMatchObject({
    clientName: 'test-client',
    clientVersion: '1.2.3',
    protocol: '2026-07-28',
  })
  expect(legacy?.requestBytes).toBeGreaterThan(50)
  expect(legacy?.responseBytes).toBeGreaterThan(20)
  expect(legacy?.requestId).toMatch(/^req_/)
  await until(
    async () => (await platform.db.apiKey.findFirst({ where: { teamId } }))?.lastUsedAt != null,
  )
})
