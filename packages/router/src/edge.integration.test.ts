import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, send } from './testing/client.ts'
import { startPlatform, type TestPlatform, type TestServer } from './testing/platform.ts'
import { startUpstream, type Upstream } from './testing/upstream.ts'

let platform: TestPlatform
let upstream: Upstream
let url: string
let server: TestServer
let mcp: string
let key: string

beforeAll(async () => {
  platform = await startPlatform({
    baseDomain: 'mcp.test',
    dashboardUrl: 'https://dashboard.test/app',
  })
  upstream = await startUpstream((req, res) => {
    if (req.url === '/redirect') {
      res.writeHead(307, { Location: `http://${req.headers.host}/mcp` }).end()
    } else {
      res.writeHead(200, {
        'Content-Type': 'application/json',
        'Set-Cookie': 'a=b',
        'Access-Control-Allow-Origin': '*',
        'Moorage-User': 'nobody',
        'Mcp-Extra': 'kept',
        'Keep-Alive': 'timeout=9',
      })
      res.end('{}')
    }
  })
  const teamId = await platform.addTeam()
  server = await platform.addServer(teamId)
  await platform.deploy(server, upstream.port, { runtime: 'docker', port: 8123 })
  key = (await platform.addKey(teamId)).key
  url = (await platform.startRouter()).url
  mcp = `${url}/${server.slug}/mcp`
})

afterAll(async () => {
  await platform.close()
  await upstream.stop()
})

test('headers of the protocol pass verbatim, to the server and back', async () => {
  const sent = {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': '=?base64?w6k=?=',
    'mcp-param-region': 'eu',
    'last-event-id': 'abc',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'a=b',
    'x-own': 'thing',
  }
  const answer = await send(mcp, {
    method: 'POST',
    headers: { ...bearer(key), ...sent },
    body: '{}',
  })
  expect(upstream.seen.at(-1)?.headers).toMatchObject(sent)
  expect(answer.headers['mcp-extra']).toBe('kept')
})

test('what is not the business of the server is stripped, whatever a caller sends', async () => {
  await send(mcp, {
    headers: {
      ...bearer(key),
      cookie: 'session=1',
      origin: url,
      'moorage-user': 'admin',
      'Moorage-Request-Id': 'forged',
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-host': 'evil.test',
      'proxy-authorization': 'x',
      te: 'trailers',
      connection: 'close, x-hop',
      'x-hop': 'one',
      'accept-encoding': 'gzip',
    },
  })
  const headers = upstream.seen.at(-1)?.headers ?? {}
  for (const name of [
    'authorization',
    'cookie',
    'origin',
    'moorage-user',
    'proxy-authorization',
    'te',
    'x-hop',
    'accept-encoding',
  ])
    expect(headers[name], name).toBeUndefined()
  expect(headers['moorage-request-id']).toMatch(/^req_/)
  expect(headers).toMatchObject({
    host: '127.0.0.1:8123',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': new URL(url).host,
    'x-forwarded-prefix': `/${server.slug}`,
  })
})

test('cookies, CORS and identity of the server do not reach the client', async () => {
  const { headers } = await send(mcp, { headers: bearer(key) })
  for (const name of ['set-cookie', 'access-control-allow-origin', 'moorage-user'])
    expect(headers[name], name).toBeUndefined()
  expect(headers['moorage-request-id']).toMatch(/^req_/)
})

test('a redirect of the server stays under its slug', async () => {
  const answer = await send(`${url}/${server.slug}/redirect`, { headers: bearer(key) })
  expect(answer.headers.location).toBe(`${url}/${server.slug}/mcp`)
})

test('the server answers at its own host name too, with paths of its own', async () => {
  const host = `${server.slug}.mcp.test`
  for (const path of ['/mcp', '/healthz', '/a/b?c=d']) {
    const answer = await send(url, { path, headers: { ...bearer(key), host } })
    expect(answer.status).toBe(200)
    expect(upstream.seen.at(-1)).toMatchObject({ url: path })
    expect(upstream.seen.at(-1)?.headers['x-forwarded-prefix']).toBeUndefined()
  }
})

test.each(['evil.test', 'mcp.test.evil.test', 'xmcp.test', 'a b', 'mcp.test@evil.test'])(
  'a Host that is not ours is refused: %s',
  async (host) => {
    const before = upstream.seen.length
    const answer = await send(mcp, { headers: { ...bearer(key), host } })
    expect([400, 403]).toContain(answer.status)
    expect(upstream.seen.length).toBe(before)
  },
)

test.each([
  'http://evil.test',
  'null',
  'file://',
  'http://127.0.0.1.evil.test',
  'https://dashboard.test.evil.test',
  'http://dashboard.test',
])('a page of a foreign origin is refused: %s', async (origin) => {
  const before = upstream.seen.length
  const answer = await send(mcp, { headers: { ...bearer(key), origin } })
  expect(answer.status).toBe(403)
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  expect(upstream.seen.length).toBe(before)
})

test('a page of the same machine may call a router that is reached by loopback, and only then', async () => {
  const origin = 'http://localhost:6274'
  expect((await send(mcp, { headers: { ...bearer(key), origin } })).status).toBe(200)
  const host = `${server.slug}.mcp.test`
  expect(
    (await send(url, { path: '/mcp', headers: { ...bearer(key), origin, host } })).status,
  ).toBe(403)
})

test('a page of the dashboard may read the answer, session id and challenge', async () => {
  const origin = 'https://dashboard.test'
  for (const headers of [{ origin }, { origin, ...bearer(key) }]) {
    const answer = await send(mcp, { headers })
    expect(answer.headers['access-control-allow-origin']).toBe(origin)
    expect(answer.headers['access-control-expose-headers']).toContain('Mcp-Session-Id')
    expect(answer.headers['access-control-expose-headers']).toContain('WWW-Authenticate')
  }
})

test('a preflight is answered at the edge, with the headers that were asked for', async () => {
  const asked = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,mcp-param-x',
  }
  const before = upstream.seen.length
  const good = await send(mcp, {
    method: 'OPTIONS',
    headers: { origin: 'https://dashboard.test', ...asked },
  })
  expect(good.status).toBe(204)
  expect(good.headers['access-control-allow-headers']).toBe('authorization,mcp-param-x')
  const bad = await send(mcp, {
    method: 'OPTIONS',
    headers: { origin: 'http://evil.test', ...asked },
  })
  expect(bad.status).toBe(403)
  expect(upstream.seen.length).toBe(before)
})

test('health and readiness answer without a key', async () => {
  expect((await send(`${url}/healthz`)).status).toBe(200)
  expect((await send(`${url}/readyz`)).status).toBe(200)
})
