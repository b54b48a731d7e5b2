import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, bearer, send } from './testing/client.ts'
import { startPlatform, type TestPlatform, type TestServer, until } from './testing/platform.ts'
import { startUpstream, type Upstream } from './testing/upstream.ts'

const call = '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo"}}'
const list = '{"jsonrpc":"2.0","id":8,"method":"tools/list"}'

let platform: TestPlatform
let upstream: Upstream
let teamId: string
let url: string
let nodeId: string
let known: TestServer
/** Answers that the server behind holds back. */
const held: ServerResponse[] = []
let isHolding = false

beforeAll(async () => {
  platform = await startPlatform({ trustProxy: true })
  upstream = await startUpstream((_req, res) => {
    if (isHolding) held.push(res)
    else res.end('{}')
  })
  teamId = await platform.addTeam()
  const router = await platform.startRouter()
  url = router.url
  nodeId = router.nodeId
  known = await addServer({})
})

afterAll(async () => {
  await platform.close()
  await upstream.stop()
})

async function addServer(
  routing: object,
  access: 'private' | 'public' = 'private',
): Promise<TestServer> {
  const server = await platform.addServer(teamId, { routing: { ...routing }, access })
  const { version } = await platform.deploy(server, upstream.port)
  await platform.drained(nodeId, version, [])
  return server
}

async function addKey(limits = {}): Promise<string> {
  const { key } = await platform.addKey(teamId, { limits })
  await until(async () => (await post(known, list, { key })).status === 200)
  return key
}

function post(
  server: TestServer,
  body: string,
  from: { key?: string; at?: string; address?: string } = {},
): Promise<Answer> {
  return send(`${from.at ?? url}/${server.slug}/mcp`, {
    method: 'POST',
    headers: {
      ...(from.key ? bearer(from.key) : {}),
      ...(from.address ? { 'X-Forwarded-For': `6.6.6.6, ${from.address}` } : {}),
    },
    body,
  })
}

async function statuses(count: number, ask: () => Promise<Answer>): Promise<number[]> {
  const list: number[] = []
  for (let i = 0; i < count; i += 1) list.push((await ask()).status)
  return list
}

test('calls beyond the limit of a server are refused as JSON-RPC, with the time to wait; nothing else is', async () => {
  const server = await addServer({ callsPerMinute: 3 })
  const key = await addKey()
  expect(await statuses(4, () => post(server, call, { key }))).toEqual([200, 200, 200, 429])
  const before = upstream.seen.length
  const refused = await post(server, call, { key })
  expect(JSON.parse(refused.text)).toMatchObject({
    jsonrpc: '2.0',
    id: 7,
    error: { code: -32000, data: { code: 'rate_limited' } },
  })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1)
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(120)
  expect(upstream.seen.length).toBe(before)
  expect((await post(server, list, { key })).status).toBe(200)
})

test('each key has its own share of a server, and its own limit on all servers', async () => {
  const server = await addServer({ callsPerMinutePerCaller: 2 })
  const other = await addServer({})
  const [first, second] = [await addKey(), await addKey()]
  const narrow = await addKey({ callsPerMinute: 1 })
  expect(await statuses(3, () => post(server, call, { key: first }))).toEqual([200, 200, 429])
  expect((await post(server, call, { key: second })).status).toBe(200)
  expect((await post(other, call, { key: first })).status).toBe(200)
  expect((await post(server, call, { key: narrow })).status).toBe(200)
  expect((await post(other, call, { key: narrow })).status).toBe(429)
})

test.each([
  ['a batch counts for each call in it', `[${call},${call},${call}]`],
  ['a body that is too long to look into', call.replace('echo', 'x'.repeat(100_000))],
  ['a body with a byte order mark', `\ufeff${call}`],
  ['a call named otherwise by a header alone', call],
])('no way around the limit: %s', async (_name, body) => {
  const server = await addServer({ callsPerMinute: 2 })
  const key = await addKey()
  const headers = { ...bearer(key), 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'ping' }
  const answers = await statuses(3, () =>
    send(`${url}/${server.slug}/mcp`, { method: 'POST', headers, body }),
  )
  expect(answers.at(-1)).toBe(429)
})

test('calls under way at once are limited, and a place is free again when one is over', async () => {
  const server = await addServer({ concurrentCalls: 2 })
  const key = await addKey()
  isHolding = true
  const open = [post(server, call, { key }), post(server, call, { key })]
  await until(() => held.length === 2)
  const refused = await post(server, call, { key })
  expect(refused.status).toBe(429)
  expect(refused.headers['retry-after']).toBe('1')
  isHolding = false
  for (const res of held.splice(0)) res.end('{}')
  expect((await Promise.all(open)).map(({ status }) => status)).toEqual([200, 200])
  await until(async () => (await post(server, call, { key })).status === 200)
})

test('routers share what they count: minutes and places alike', async () => {
  const second = (await platform.startRouter()).url
  const minute = await addServer({ callsPerMinute: 4 })
  const places = await addServer({ concurrentCalls: 1 })
  const key = await addKey()
  await until(async () => (await post(places, list, { key, at: second })).status === 200)
  expect(await statuses(4, () => post(minute, call, { key }))).toEqual([200, 200, 200, 200])
  await until(async () => (await post(minute, call, { key, at: second })).status === 429, 2_000)
  isHolding = true
  const open = post(places, call, { key })
  await until(() => held.length === 1)
  isHolding = false
  await until(async () => (await post(places, call, { key, at: second })).status === 429, 2_000)
  for (const res of held.splice(0)) res.end('{}')
  expect((await open).status).toBe(200)
  await until(async () => (await post(places, call, { key, at: second })).status === 200, 2_000)
})

test('a public server is limited by address, the one that our front has seen', async () => {
  const server = await addServer({ callsPerMinutePerCaller: 2 }, 'public')
  const from = (address: string) => () => post(server, call, { address })
  expect(await statuses(3, from('192.0.2.1'))).toEqual([200, 200, 429])
  expect((await from('192.0.2.2')()).status).toBe(200)
  expect(await statuses(2, from('2001:db8::1'))).toEqual([200, 200])
  expect((await from('2001:db8::ffff:2')()).status).toBe(429)
  expect((await from('2001:db8:0:1::1')()).status).toBe(200)
})

test('on a public server the sheer number of requests is limited too', async () => {
  const server = await addServer({ callsPerMinutePerCaller: 1 }, 'public')
  const answers = await statuses(11, () => post(server, list, { address: '192.0.2.9' }))
  expect(answers).toEqual([...Array(10).fill(200), 429])
})
