import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealRemote } from '@moorage/access/remote-target'
import { makeCertificate } from '@moorage/testing/tls'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startPlatform, type TestPlatform, type TestServer } from './testing/platform.ts'

// A server elsewhere: real TLS with a CA of its own, on loopback.
const dir = mkdtempSync(join(tmpdir(), 'moorage-remote-'))
let platform: TestPlatform
let elsewhere: Server
let host: string
let caFile: string
let server: TestServer
let key: string
let seen: { url: string; headers: IncomingHttpHeaders }[] = []
let connections = 0
const encryptionKey = Buffer.alloc(32, 7)

beforeAll(async () => {
  const certificate = await makeCertificate(dir)
  caFile = certificate.caFile
  elsewhere = createServer(certificate, (request, response) => {
    seen.push({ url: request.url ?? '', headers: request.headers })
    response.setHeader('www-authenticate', 'Bearer')
    response.setHeader('content-type', 'application/json')
    response.end('{"jsonrpc":"2.0","id":1,"result":{}}')
  })
  elsewhere.on('connection', () => connections++)
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  host = `localhost:${(elsewhere.address() as AddressInfo).port}`
  platform = await startPlatform({ encryptionKey })
  const teamId = await platform.addTeam()
  server = await platform.addServer(teamId)
  key = (await platform.addKey(teamId)).key
  await deployRemote(server, encryptionKey)
})
afterAll(async () => {
  await platform.close()
  elsewhere.close()
  rmSync(dir, { recursive: true })
})
beforeEach(() => {
  seen = []
  connections = 0
})

async function deployRemote(to: TestServer, sealedWith: Buffer): Promise<void> {
  const { port } = elsewhere.address() as AddressInfo
  const { instanceIds } = await platform.deploy(to, port, { runtime: 'remote' })
  const id = instanceIds[0] ?? ''
  const target = {
    url: `https://${host}/deep/mcp?tenant=1`,
    headers: { Authorization: 'Bearer secret', 'X-Extra': 'ours' },
  }
  await platform.db.instance.update({
    where: { id },
    data: { remote: sealRemote(sealedWith, id, target) },
  })
  await platform.events.publish({ type: 'server', serverId: to.id })
}

const call = (url: string, path: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/${server.slug}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  })

test('a call goes to the address with what the operator set, and nothing of who calls', async () => {
  const { url } = await platform.startRouter({ remotes: { trustedHosts: [host], caFile } })
  const headers = { cookie: 'a=b', 'x-extra': 'theirs', 'x-kept': 'yes' }
  const response = await call(url, '/mcp?more=2', headers)
  expect(response.status).toBe(200)
  expect(response.headers.has('www-authenticate')).toBe(false)
  const [request] = seen
  expect(request?.url).toBe('/deep/mcp?tenant=1&more=2')
  expect(request?.headers).toMatchObject({
    host,
    authorization: 'Bearer secret',
    'x-extra': 'ours',
    'x-kept': 'yes',
  })
  const told = Object.keys(request?.headers ?? {})
  expect(told.filter((name) => /^(cookie|forwarded|x-forwarded|moorage)/.test(name))).toEqual([])
  expect(JSON.stringify(request)).not.toContain(key)
})

test('no other path of it is reached with our credentials', async () => {
  const { url } = await platform.startRouter({ remotes: { trustedHosts: [host], caFile } })
  for (const path of ['/', '/admin', '/deep/mcp/../admin', '/deep/mcp', '/.well-known/x'])
    expect((await call(url, path)).status).toBe(404)
  expect(seen).toEqual([])
})

test('a private address is not connected to unless the operator trusts it', async () => {
  const { url } = await platform.startRouter({ remotes: { caFile } })
  expect((await call(url, '/mcp')).status).toBe(502)
  expect(connections).toBe(0)
})

test('a certificate that nobody vouches for is refused', async () => {
  const { url } = await platform.startRouter({ remotes: { trustedHosts: [host] } })
  expect((await call(url, '/mcp')).status).toBe(502)
  expect(seen).toEqual([])
})

test('one whose secrets cannot be opened is no trouble of any other server', async () => {
  const broken = await platform.addServer(server.teamId)
  await deployRemote(broken, Buffer.alloc(32, 8))
  const { url } = await platform.startRouter({ remotes: { trustedHosts: [host], caFile } })
  expect((await call(url, '/mcp')).status).toBe(200)
  const answer = await fetch(`${url}/${broken.slug}/mcp`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  })
  expect(answer.status).toBe(503)
  expect(platform.problems).toContain('A remote server cannot be read')
})
