import type { PlatformEvent } from '@moorage/bus/events'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { bearer, connect, echo, isServed, send } from './testing/client.ts'
import { startPlatform, type TestPlatform, type TestServer, until } from './testing/platform.ts'
import {
  readAll,
  startModernServer,
  startSessionServer,
  startUpstream,
  type Upstream,
} from './testing/upstream.ts'

let platform: TestPlatform
let key: string
let teamId: string
let routers: Awaited<ReturnType<TestPlatform['startRouter']>>[]
const wakes: string[] = []
/** What the builder does when it is asked to wake an instance. */
let onWake: (instanceId: string) => unknown = () => {}
const upstreams: Upstream[] = []

beforeAll(async () => {
  platform = await startPlatform({ limits: { wakeMs: 3_000 } })
  teamId = await platform.addTeam()
  key = (await platform.addKey(teamId)).key
  routers = [await platform.startRouter(), await platform.startRouter()]
  await platform.events.subscribe((event: PlatformEvent) => {
    if (event.type !== 'wake') return
    wakes.push(event.instanceId)
    void onWake(event.instanceId)
  })
})

afterEach(async () => {
  wakes.length = 0
  onWake = () => {}
  for (const upstream of upstreams.splice(0)) await upstream.stop()
})
afterAll(() => platform.close())

type Sleeper = TestServer & { instanceId: string; urls: string[] }

async function serve(
  upstream: Upstream,
  routing = {},
  access: 'private' | 'own_auth' = 'private',
): Promise<Sleeper> {
  upstreams.push(upstream)
  const server = await platform.addServer(teamId, { routing, access })
  const { instanceIds } = await platform.deploy(server, upstream.port)
  const urls = routers.map(({ url }) => `${url}/${server.slug}/mcp`)
  for (const url of urls) await until(() => isServed(url, key))
  return { ...server, instanceId: instanceIds[0] ?? '', urls }
}

type Change = Partial<{
  state: 'paused' | 'asleep' | 'ready' | 'crashed'
  wakes: number
  port: number
}>

async function change(server: Sleeper, data: Change): Promise<void> {
  await platform.db.instance.update({ where: { id: server.instanceId }, data })
  await platform.events.publish({ type: 'server', serverId: server.id })
}

/** In the state, and every router has taken note. */
async function sleepIn(server: Sleeper, state: 'paused' | 'asleep'): Promise<void> {
  const [{ version = 0n } = {}] = await platform.db.$queryRaw<
    { version: bigint }[]
  >`SELECT nextval('route_version') AS version`
  await platform.db.route.update({ where: { serverId: server.id }, data: { version } })
  await change(server, { state })
  for (const { nodeId } of routers) await platform.drained(nodeId, version, [])
}

const call = (url: string) => {
  const params = { name: 'echo', arguments: { text: 'x' }, _meta: meta }
  const headers = {
    ...bearer(key),
    Accept: 'application/json, text/event-stream',
    'Content-Type': 'application/json',
    'MCP-Protocol-Version': '2026-07-28',
    'Mcp-Method': 'tools/call',
    'Mcp-Name': 'echo',
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params })
  return send(url, { method: 'POST', headers, body })
}
const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

test.each(['paused', 'asleep'] as const)(
  'requests to a server that is %s wait at every router, reach nobody, and are answered when it is awake',
  async (state) => {
    const upstream = await startModernServer('up')
    const server = await serve(upstream)
    await sleepIn(server, state)
    const seenBefore = upstream.seen.length
    const calls = [...server.urls, ...server.urls, ...server.urls].map(call)
    await until(() => wakes.length >= routers.length)
    expect(upstream.seen.length).toBe(seenBefore)
    await change(server, { state: 'ready' })
    for (const { status, text } of await Promise.all(calls)) {
      expect(status).toBe(200)
      expect(text).toContain('up: x')
    }
    // One question a router, however many wait.
    expect(wakes).toEqual(routers.map(() => server.instanceId))
  },
)

test('a question that nobody heard is asked again', async () => {
  const server = await serve(await startModernServer('up'))
  await sleepIn(server, 'paused')
  onWake = () => {
    if (wakes.length > 1) return change(server, { state: 'ready' })
  }
  expect((await call(server.urls[0] ?? '')).status).toBe(200)
  expect(wakes.length).toBeGreaterThan(1)
})

test('an answer that nobody heard is found by looking again', async () => {
  const server = await serve(await startModernServer('up'))
  await sleepIn(server, 'paused')
  onWake = async () =>
    await platform.db.instance.update({
      where: { id: server.instanceId },
      data: { state: 'ready' },
    })
  expect((await call(server.urls[0] ?? '')).status).toBe(200)
})

test('a server that does not wake in time is 503 with Retry-After, in JSON-RPC with the id', async () => {
  const server = await serve(await startModernServer('up'))
  await sleepIn(server, 'asleep')
  const { status, headers, text } = await call(server.urls[0] ?? '')
  expect([status, headers['retry-after']]).toEqual([503, '5'])
  expect(JSON.parse(text)).toMatchObject({
    id: 7,
    error: { message: 'This server was asleep and is not up yet.' },
  })
})

test('a server that ends as it wakes is 503 at once, which says so', async () => {
  const server = await serve(await startModernServer('up'))
  await sleepIn(server, 'asleep')
  onWake = () => change(server, { state: 'crashed' })
  const { status, text } = await call(server.urls[0] ?? '')
  expect(status).toBe(503)
  expect(text).toContain('This server was asleep and did not start again.')
})

test('nobody without a good key wakes a server', async () => {
  const server = await serve(await startModernServer('up'))
  await sleepIn(server, 'paused')
  const headers = bearer(`mrg_${'x'.repeat(40)}`)
  expect((await send(server.urls[0] ?? '', { method: 'POST', headers, body: '{}' })).status).toBe(
    401,
  )
  expect(wakes).toEqual([])
})

test('a session lives on in a server that was paused', async () => {
  const upstream = await startSessionServer('one')
  const server = await serve(upstream)
  const client = await connect(server.urls[0] ?? '', key, 'legacy')
  const sessions = [...upstream.sessions.keys()]
  await client.transport?.close()
  await sleepIn(server, 'paused')
  onWake = () => change(server, { state: 'ready' })
  const headers = { ...bearer(key), 'Mcp-Session-Id': sessions[0] ?? '', ...json }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
  const answer = await send(server.urls[1] ?? '', { method: 'POST', headers, body })
  expect([answer.status, [...upstream.sessions.keys()]]).toEqual([200, sessions])
})
const json = {
  Accept: 'application/json, text/event-stream',
  'Content-Type': 'application/json',
  'MCP-Protocol-Version': '2025-11-25',
}

test('a client goes on in its session after its server was stopped and started again', async () => {
  const before = await startSessionServer('before')
  const server = await serve(before)
  const client = await connect(server.urls[0] ?? '', key, 'legacy')
  expect(await echo(client, 'x')).toBe('before: x')
  await before.stop()
  await sleepIn(server, 'asleep')
  const after = await startSessionServer('after')
  upstreams.push(after)
  onWake = () => change(server, { state: 'ready', wakes: 1, port: after.port })
  expect(await echo(client, 'y')).toBe('after: y')
  await client.close()
})

test('an open stream counts as something under way, and is not ended by the look at an instance that sleeps', async () => {
  const upstream = await startSessionServer('one')
  const server = await serve(upstream)
  const client = await connect(server.urls[0] ?? '', key, 'legacy')
  const busy = async () =>
    (await platform.db.routerNode.findMany()).some((row) => row.busy.includes(server.instanceId))
  await until(busy)
  await sleepIn(server, 'paused')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(await busy()).toBe(true)
  await change(server, { state: 'ready' })
  expect(await echo(client, 'x')).toBe('one: x')
  await client.close()
})

test('the last use of an instance is written down, and what waking took is measured', async () => {
  const server = await serve(await startModernServer('up'))
  await sleepIn(server, 'paused')
  onWake = () => change(server, { state: 'ready' })
  const since = new Date(Date.now() - 1_000)
  await call(server.urls[0] ?? '')
  await until(async () => {
    const use = await platform.db.instanceUse.findUnique({
      where: { instanceId: server.instanceId },
    })
    return use !== null && use.usedAt > since
  })
  const metrics = await routers[0]?.router.metrics.metrics()
  expect(metrics).toContain(`moorage_wake_duration_seconds_count{server="${server.slug}"} 1`)
})

const list = (url: string, by: string, id: number, more: object = {}, method = 'tools/list') => {
  const headers = {
    ...bearer(by),
    Accept: 'application/json, text/event-stream',
    'Content-Type': 'application/json',
    'MCP-Protocol-Version': '2026-07-28',
    'Mcp-Method': method,
  }
  const params = { _meta: { ...meta, progressToken: id }, ...more }
  const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params })
  return send(url, { method: 'POST', headers, body })
}

/** Answers every request with this result: in one piece, or as an event. */
function startListing(result: object, as: 'json' | 'event'): Promise<Upstream> {
  return startUpstream(async (req, res) => {
    const { id } = JSON.parse((await readAll(req)).toString() || '{}')
    const text = JSON.stringify({ jsonrpc: '2.0', id, result })
    const isJson = as === 'json'
    res.writeHead(200, { 'Content-Type': isJson ? 'application/json' : 'text/event-stream' })
    res.end(isJson ? text : `event: message\ndata: ${text}\n\n`)
  })
}
const tools = [{ name: 'écho', inputSchema: { type: 'object' } }]
const hour = { ttlMs: 3_600_000, resultType: 'complete' }

test.each(['json', 'event'] as const)(
  'a list that may be cached for everyone is answered while the server wakes, to others too, with the rest of its time (%s)',
  async (as) => {
    const upstream = await startListing({ ...hour, tools, cacheScope: 'public' }, as)
    const server = await serve(upstream)
    const url = server.urls[0] ?? ''
    const other = await platform.addKey(teamId)
    await until(() => isServed(url, other.key))
    await list(url, key, 1)
    await sleepIn(server, 'asleep')
    const seenBefore = upstream.seen.length
    const { status, text } = await list(url, other.key, 3)
    expect([status, upstream.seen.length]).toEqual([200, seenBefore])
    const answer = JSON.parse(text)
    expect(answer).toMatchObject({ jsonrpc: '2.0', id: 3, result: { tools, cacheScope: 'public' } })
    expect(answer.result.ttlMs).toBeLessThan(hour.ttlMs)
    await until(() => wakes.includes(server.instanceId))
  },
)

test('a list that is for one caller is never answered to another, and no part of a list to anybody', async () => {
  const upstream = await startListing({ ...hour, tools, cacheScope: 'private' }, 'json')
  const server = await serve(upstream)
  const url = server.urls[0] ?? ''
  const other = await platform.addKey(teamId)
  await until(() => isServed(url, other.key))
  await list(url, key, 1)
  await sleepIn(server, 'asleep')
  const seenBefore = upstream.seen.length
  expect((await list(url, key, 2)).status).toBe(200)
  expect(upstream.seen.length).toBe(seenBefore)
  const [another, part] = [list(url, other.key, 3), list(url, key, 4, { cursor: 'x' })]
  expect((await list(url, key, 5)).status).toBe(200)
  expect(upstream.seen.length).toBe(seenBefore)
  await change(server, { state: 'ready' })
  expect([(await another).status, (await part).status]).toEqual([200, 200])
  expect(upstream.seen.length).toBe(seenBefore + 2)
})

test.each([
  ['says nothing of caching waits for the server', { tools }, {}, false],
  ['is stale at once waits for the server', { tools, ttlMs: 0, cacheScope: 'public' }, {}, false],
  [
    'was good for a moment waits for the server',
    { tools, ttlMs: 1, cacheScope: 'public' },
    {},
    false,
  ],
  [
    'is the first of several parts waits for the server',
    { ...hour, tools, nextCursor: 'x' },
    { listWhileAsleep: true },
    false,
  ],
  [
    'says nothing of caching is answered where the settings allow it',
    { tools },
    { listWhileAsleep: true },
    true,
  ],
])('a list that %s', async (_, result, routing, isKnown) => {
  const upstream = await startListing(result, 'json')
  const server = await serve(upstream, routing)
  const url = server.urls[0] ?? ''
  await list(url, key, 1)
  await sleepIn(server, 'paused')
  const seenBefore = upstream.seen.length
  onWake = () => change(server, { state: 'ready' })
  expect((await list(url, key, 2)).status).toBe(200)
  expect(upstream.seen.length).toBe(seenBefore + (isKnown ? 0 : 1))
})

test.each([
  ['of a server that tells callers apart itself', 'own_auth', 'tools/list'],
  ['asked for under another name in the headers', 'private', 'tools/call'],
] as const)('a list %s is for the server alone to answer', async (_, access, method) => {
  const upstream = await startListing({ ...hour, tools, cacheScope: 'public' }, 'json')
  const server = await serve(upstream, {}, access)
  const url = server.urls[0] ?? ''
  await list(url, key, 1)
  await sleepIn(server, 'paused')
  const seenBefore = upstream.seen.length
  onWake = () => change(server, { state: 'ready' })
  expect((await list(url, key, 2, {}, method)).status).toBe(200)
  expect(upstream.seen.length).toBe(seenBefore + 1)
})

test('a caller who may use a part of a server never gets a list that is known to others', async () => {
  const upstream = await startListing({ ...hour, tools, cacheScope: 'public' }, 'json')
  const server = await serve(upstream)
  const url = server.urls[0] ?? ''
  const other = await platform.addKey(teamId)
  await until(() => isServed(url, other.key))
  const policy = { rules: [{ who: [`key:${other.id}`], tools: { deny: ['*'] } }] }
  await platform.db.server.update({ where: { id: server.id }, data: { policy } })
  await list(url, key, 1)
  await sleepIn(server, 'paused')
  const seenBefore = upstream.seen.length
  expect(JSON.parse((await list(url, key, 2)).text).result.tools).toEqual(tools)
  expect(upstream.seen.length).toBe(seenBefore)
  onWake = () => change(server, { state: 'ready' })
  expect(JSON.parse((await list(url, other.key, 3)).text).result.tools).toEqual([])
  expect(upstream.seen.length).toBe(seenBefore + 1)
})
