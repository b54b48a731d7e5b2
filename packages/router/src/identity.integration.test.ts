import { newId } from '@moorage/domain/id'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, send } from './testing/client.ts'
import { startPlatform, type TestPlatform, type TestServer, until } from './testing/platform.ts'
import { startUpstream, type Upstream } from './testing/upstream.ts'

let platform: TestPlatform
let upstream: Upstream
let url: string
let teamId: string
let teamSlug: string
let userId: string
let server: TestServer
let mcp: string

beforeAll(async () => {
  platform = await startPlatform({ publicUrl: 'https://mcp.test', baseDomain: 'mcp.test' })
  upstream = await startUpstream((req, res) => {
    res.setHeader('Set-Cookie', 'sid=1; Domain=mcp.test; Path=/')
    res.setHeader(
      'WWW-Authenticate',
      `Bearer resource_metadata="http://${req.headers.host}/.well-known/oauth-protected-resource/mcp"`,
    )
    res.end('ok')
  })
  teamId = await platform.addTeam()
  teamSlug = (await platform.db.team.findUniqueOrThrow({ where: { id: teamId } })).slug
  userId = newId('usr')
  await platform.db.user.create({
    data: { id: userId, name: 'Ann', email: 'ann@exämple.test', updatedAt: new Date() },
  })
  await platform.db.member.create({ data: { teamId, userId, role: 'developer' } })
  server = await addServer('private')
  url = (await platform.startRouter()).url
  mcp = `${url}/${server.slug}/mcp`
})

afterAll(async () => {
  await platform.close()
  await upstream.stop()
})

async function addServer(access: 'private' | 'public' | 'own_auth'): Promise<TestServer> {
  const added = await platform.addServer(teamId, { access })
  await platform.deploy(added, upstream.port)
  return added
}

/** The headers that the server behind got. */
async function seen(key: string, at = mcp, headers: Record<string, string> = {}) {
  await until(async () => (await send(at, { headers: { ...bearer(key) } })).status === 200)
  await send(at, { headers: { ...bearer(key), ...headers } })
  return upstream.seen.at(-1)?.headers ?? {}
}

test('the server is told who calls, and can verify it with nothing but the public key', async () => {
  const { id, key } = await platform.addKey(teamId, { createdById: userId })
  const headers = await seen(key)
  expect(headers).toMatchObject({
    'moorage-user': userId,
    'moorage-email': 'ann@ex%C3%A4mple.test',
    'moorage-role': 'developer',
    'moorage-team': teamSlug,
    'moorage-key-id': id,
    'moorage-request-id': expect.stringMatching(/^req_/),
  })
  const keys = createRemoteJWKSet(new URL(`${url}/.well-known/moorage/jwks.json`))
  const { payload } = await jwtVerify(String(headers['moorage-identity']), keys, {
    issuer: 'https://mcp.test',
    audience: server.slug,
    algorithms: ['EdDSA'],
    maxTokenAge: 120,
  })
  expect(payload).toMatchObject({
    sub: userId,
    email: 'ann@exämple.test',
    role: 'developer',
    team: teamSlug,
    key_id: id,
  })
})

test('a token is for one server: another of the team gets another', async () => {
  const { key } = await platform.addKey(teamId)
  const other = await addServer('private')
  const here = await seen(key)
  const there = await seen(key, `${url}/${other.slug}/mcp`)
  expect(there['moorage-identity']).not.toBe(here['moorage-identity'])
  expect((await seen(key))['moorage-identity']).toBe(here['moorage-identity'])
})

test('a key of nobody, or of somebody who left the team, asserts no person', async () => {
  const leaverId = newId('usr')
  const email = `${leaverId}@test.test`
  await platform.db.user.create({
    data: { id: leaverId, name: 'Leaver', email, updatedAt: new Date() },
  })
  for (const createdById of [undefined, leaverId]) {
    const { id, key } = await platform.addKey(teamId, createdById ? { createdById } : {})
    const headers = await seen(key)
    expect(headers).toMatchObject({ 'moorage-key-id': id, 'moorage-team': teamSlug })
    for (const name of ['moorage-user', 'moorage-email', 'moorage-role'])
      expect(headers[name], name).toBeUndefined()
  }
})

test.each([
  'Moorage-User',
  'moorage_user',
  'MOORAGE-IDENTITY',
  'moorage-anything',
  'X_Forwarded_For',
])('nobody but the router says %s', async (name) => {
  const open = await addServer('public')
  await until(async () => (await send(`${url}/${open.slug}/mcp`)).status === 200)
  await send(`${url}/${open.slug}/mcp`, { headers: { [name]: 'forged' } })
  const values = Object.values(upstream.seen.at(-1)?.headers ?? {})
  expect(values).not.toContain('forged')
  const names = Object.keys(upstream.seen.at(-1)?.headers ?? {})
  expect(names.filter((one) => one.startsWith('moorage'))).toEqual(['moorage-request-id'])
})

test('another router signs with the same key', async () => {
  const second = (await platform.startRouter()).url
  const path = '/.well-known/moorage/jwks.json'
  expect((await send(second + path)).text).toBe((await send(url + path)).text)
  expect((await send(url + path)).text).not.toContain('"d"')
})

test('a server that does its own OAuth gets its well-known paths, as RFC 9728 puts them', async () => {
  const own = await addServer('own_auth')
  const path = `/.well-known/oauth-protected-resource/${own.slug}/mcp`
  await until(async () => (await send(url + path)).status === 200)
  expect(upstream.seen.at(-1)?.url).toBe(path)
  const answer = await send(`${url}/${own.slug}/.well-known/oauth-authorization-server`)
  expect(upstream.seen.at(-1)?.url).toBe('/.well-known/oauth-authorization-server')
  expect(answer.headers['www-authenticate']).toBe(
    `Bearer resource_metadata="${url}/${own.slug}/.well-known/oauth-protected-resource/mcp"`,
  )
  const closed = `/.well-known/oauth-protected-resource/${server.slug}/mcp`
  expect((await send(url + closed)).status).toBe(401)
})

test('cookies pass where a server with its own sign-in has a host name for itself, and only there', async () => {
  const own = await addServer('own_auth')
  const cookie = 'sid=1'
  const host = `${own.slug}.mcp.test`
  await until(async () => (await send(url, { path: '/', headers: { host } })).status === 200)
  const atHost = await send(url, { path: '/login', headers: { host, cookie } })
  expect(upstream.seen.at(-1)?.headers.cookie).toBe(cookie)
  expect(atHost.headers['set-cookie']).toEqual(['sid=1; Path=/'])
  const atPath = await send(`${url}/${own.slug}/login`, { headers: { cookie } })
  expect(upstream.seen.at(-1)?.headers.cookie).toBeUndefined()
  expect(atPath.headers['set-cookie']).toBeUndefined()
})
