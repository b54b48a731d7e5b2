import { revokeApiKey } from '@moorage/access/api-key'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, send } from './testing/client.ts'
import { startPlatform, type TestPlatform, type TestServer, until } from './testing/platform.ts'
import { startUpstream, type Upstream } from './testing/upstream.ts'

let platform: TestPlatform
let upstream: Upstream
let url: string
let teamId: string
let server: TestServer
let mcp: string
let key: string

beforeAll(async () => {
  platform = await startPlatform({ limits: { keepAliveMs: 100 } })
  upstream = await startUpstream((req, res) => {
    if (req.url?.startsWith('/stream')) {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      res.write('data: first\n\n')
    } else res.end('ok')
  })
  teamId = await platform.addTeam()
  server = await platform.addServer(teamId)
  await platform.deploy(server, upstream.port)
  key = (await platform.addKey(teamId)).key
  url = (await platform.startRouter()).url
  mcp = `${url}/${server.slug}/mcp`
})

afterAll(async () => {
  await platform.close()
  await upstream.stop()
})

async function status(key: string, at = mcp, method = 'POST'): Promise<number> {
  return (await send(at, { method, headers: bearer(key) })).status
}

test('a good key passes, by any method, and nothing passes without one', async () => {
  const before = upstream.seen.length
  for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS']) {
    expect(await status(key, mcp, method), method).toBe(200)
    expect((await send(mcp, { method })).status, method).toBe(401)
    expect(await status('mrg_wrong', mcp, method), method).toBe(401)
  }
  expect(upstream.seen.length - before).toBe(7)
})

test('a refusal is JSON-RPC with a challenge, and says how to go on', async () => {
  const answer = await send(mcp, { method: 'POST', body: '{}' })
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.headers['www-authenticate']).toBe('Bearer realm="moorage"')
  expect(JSON.parse(answer.text)).toMatchObject({
    jsonrpc: '2.0',
    id: null,
    error: {
      code: -32000,
      data: { code: 'unauthenticated', requestId: answer.headers['moorage-request-id'] },
    },
  })
  const wrong = await send(mcp, { method: 'POST', headers: bearer('mrg_wrong') })
  expect(wrong.headers['www-authenticate']).toContain('error="invalid_token"')
})

test('nobody without a key learns which servers exist', async () => {
  const known = await send(mcp, { method: 'POST' })
  const unknown = await send(`${url}/no-such-server/mcp`, { method: 'POST' })
  expect(unknown.status).toBe(401)
  const plain = (text: string) => text.replace(/req_\w+/, '')
  expect(plain(unknown.text)).toBe(plain(known.text))
  const browser = { headers: { accept: 'text/html' } }
  expect((await send(`${url}/${server.slug}`, browser)).text.replace(server.slug, '')).toBe(
    (await send(`${url}/no-such-server`, browser)).text.replace('no-such-server', ''),
  )
})

test('a key of another team sees neither this server nor that it exists', async () => {
  const other = await platform.addTeam()
  const foreign = await platform.addKey(other)
  await until(async () => (await status(foreign.key)) === 404)
  expect(await status(foreign.key, `${url}/no-such-server/mcp`)).toBe(404)
})

test('a key for one server opens no other server of the team', async () => {
  const second = await platform.addServer(teamId)
  await platform.deploy(second, upstream.port)
  const bound = await platform.addKey(teamId, { serverId: second.id })
  await until(async () => (await status(bound.key, `${url}/${second.slug}/mcp`)) === 200)
  expect(await status(bound.key)).toBe(403)
})

test('a key without the scope to call is refused', async () => {
  const reader = await platform.addKey(teamId, { scopes: ['read', 'deploy'] })
  await until(async () => (await status(reader.key)) === 403)
})

test('a revoked key is refused within a second, and its open streams end', async () => {
  const doomed = await platform.addKey(teamId)
  await until(async () => (await status(doomed.key)) === 200)
  const stream = fetch(`${url}/${server.slug}/stream`, { headers: bearer(doomed.key) })
  const reader = (await stream).body?.getReader()
  await reader?.read()
  const ended = readToEnd(reader).then(
    () => 'ended',
    () => 'cut',
  )
  await revokeApiKey(platform, { teamId, keyId: doomed.id })
  await until(async () => (await status(doomed.key)) === 401, 1_000)
  expect(await ended).toBe('cut')
})

async function readToEnd(reader: ReadableStreamDefaultReader | undefined): Promise<void> {
  while (!(await reader?.read())?.done);
}

test('an expired key is refused', async () => {
  const short = await platform.addKey(teamId, { expiresAt: new Date(Date.now() + 1_500) })
  await until(async () => (await status(short.key)) === 200, 1_000)
  await until(async () => (await status(short.key)) === 401, 3_000)
})

test('a public server needs no key; an own-auth one gets the Authorization that was sent', async () => {
  const open = await platform.addServer(teamId, { access: 'public' })
  const own = await platform.addServer(teamId, { access: 'own_auth' })
  await platform.deploy(open, upstream.port)
  await platform.deploy(own, upstream.port)
  await until(async () => (await send(`${url}/${open.slug}/mcp`)).status === 200)
  await until(async () => (await send(`${url}/${own.slug}/mcp`)).status === 200)
  await send(`${url}/${open.slug}/mcp`, { headers: bearer('theirs') })
  expect(upstream.seen.at(-1)?.headers.authorization).toBeUndefined()
  await send(`${url}/${own.slug}/mcp`, { headers: bearer('theirs') })
  expect(upstream.seen.at(-1)?.headers.authorization).toBe('Bearer theirs')
})

test('a deleted server is gone at once', async () => {
  const doomed = await platform.addServer(teamId)
  await platform.deploy(doomed, upstream.port)
  await until(async () => (await status(key, `${url}/${doomed.slug}/mcp`)) === 200)
  await platform.db.server.delete({ where: { id: doomed.id } })
  await platform.events.publish({ type: 'server', serverId: doomed.id })
  await until(async () => (await status(key, `${url}/${doomed.slug}/mcp`)) === 404, 1_000)
})

test('a server that was never deployed answers 503 with Retry-After', async () => {
  const empty = await platform.addServer(teamId)
  await until(async () => (await status(key, `${url}/${empty.slug}/mcp`)) === 503)
  const answer = await send(`${url}/${empty.slug}/mcp`, { headers: bearer(key) })
  expect(answer.headers['retry-after']).toBe('2')
  expect(JSON.parse(answer.text).error.message).toBe('Nothing is deployed here yet.')
})
