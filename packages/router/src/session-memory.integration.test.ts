import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, send } from './testing/client.ts'
import { liveBytes } from './testing/leaks.ts'
import { startPlatform, type TestPlatform, until } from './testing/platform.ts'
import { json, openSession } from './testing/raw-session.ts'
import { readAll, startUpstream, type Upstream } from './testing/upstream.ts'

const mib = 1024 * 1024
const filler = 'x'.repeat(60_000)
let platform: TestPlatform
let upstream: Upstream
let mcp: string
let key: string
let teamId: string

beforeAll(async () => {
  platform = await startPlatform()
  upstream = await startUpstream(async (req, res) => {
    await readAll(req)
    const head = { 'Content-Type': 'application/json', 'Mcp-Session-Id': randomUUID() }
    res.writeHead(200, head).end('{"jsonrpc":"2.0","id":0,"result":{}}')
  })
  teamId = await platform.addTeam()
  const server = await platform.addServer(teamId)
  await platform.deploy(server, upstream.port)
  key = (await platform.addKey(teamId)).key
  mcp = `${(await platform.startRouter()).url}/${server.slug}/mcp`
})
afterAll(async () => {
  await platform.close()
  await upstream.stop()
})

test('what clients say of themselves fills no memory, however long it is', async () => {
  await openSession(mcp, key)
  const before = await liveBytes()
  for (let n = 0; n < 200; n += 1) await openSession(mcp, key, { experimental: { filler } })
  expect((await liveBytes()) - before).toBeLessThan(4 * mib)
})

test('nor does what a client asks over HTTP+SSE that is never answered', async () => {
  const old = await startUpstream(async (req, res) => {
    if (req.method === 'POST')
      return void res.writeHead(202).end(String((await readAll(req)).length))
    const head = { 'Content-Type': 'text/event-stream' }
    res.writeHead(200, head).write('event: endpoint\ndata: /messages?sessionId=0123456789\n\n')
  })
  const server = await platform.addServer(teamId)
  await platform.deploy(server, old.port, { transport: 'sse', path: '/sse' })
  const base = mcp.replace(/[^/]+\/mcp$/, server.slug)
  const { promise: opened, resolve } = Promise.withResolvers<IncomingMessage>()
  const init = { method: 'POST', headers: bearer(key) }
  await until(async () => (await send(`${base}/none`, init)).status === 202)
  const stream = request(`${base}/mcp`, { headers: bearer(key), agent: false }, resolve).end()
  await once(await opened, 'data')
  const ask = (id: string) =>
    send(`${base}/messages?sessionId=0123456789`, {
      method: 'POST',
      headers: { ...bearer(key), ...json },
      body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list' }),
    })
  expect((await ask('first')).status).toBe(202)
  const before = await liveBytes()
  for (let n = 0; n < 200; n += 1) await ask(`${n} ${filler}`)
  expect((await liveBytes()) - before).toBeLessThan(4 * mib)
  stream.destroy()
  await old.stop()
})
