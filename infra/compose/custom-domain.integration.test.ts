import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isVerifiedDomain } from '@moorage/deployments/domains'
import { startPlatform } from '@moorage/router/testing-platform'
import { ensureProgram } from '@moorage/testing/system-package'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The Caddyfile as it is shipped, with the ports of this test and Caddy's own CA in the place of a public one.
const dir = mkdtempSync(join(tmpdir(), 'caddy-'))
const caFile = join(dir, 'caddy/pki/authorities/local/root.crt')
let platform: Awaited<ReturnType<typeof startPlatform>>
let upstream: Server
let sendRest = () => {}
let asked: Server
let caddy: ChildProcess
let httpsPort: number
let started: Awaited<ReturnType<typeof platform.startRouter>>
let key: string

beforeAll(async () => {
  platform = await startPlatform({ trustProxy: true })
  upstream = await listening((req, res) => {
    if (req.url !== '/stream') return res.end(JSON.stringify(req.headers))
    res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    res.write('data: first\n\n')
    sendRest = () => res.end('data: second\n\n')
  })
  asked = await listening(async (req, res) => {
    const name = new URL(req.url ?? '/', 'http://front').searchParams.get('domain') ?? ''
    res.writeHead((await isVerifiedDomain(platform, name)) ? 200 : 404).end()
  })
  const teamId = await platform.addTeam()
  const server = await platform.addServer(teamId)
  const domain = { serverId: server.id, token: 'x' }
  const verifiedAt = new Date()
  await platform.db.domain.createMany({
    data: [
      { ...domain, id: 'dom_1', hostname: 'tools.own.com', verifiedAt },
      { ...domain, id: 'dom_2', hostname: 'claimed.own.com' },
    ],
  })
  await platform.deploy(server, portOf(upstream))
  key = (await platform.addKey(teamId)).key
  started = await platform.startRouter()
  caddy = await startCaddy(routerPort())
})

afterAll(async () => {
  const ended = once(caddy, 'exit')
  caddy.kill()
  await ended
  for (const server of [upstream, asked]) server.close()
  await platform.close()
  rmSync(dir, { recursive: true })
})

const routerPort = () => Number(new URL(started.url).port)

async function startCaddy(routerPort: number): Promise<ChildProcess> {
  const program = await ensureProgram('caddy', ['caddy'], () => {})
  const [http, https] = [await listening(() => {}), await listening(() => {})]
  httpsPort = portOf(https)
  const ports = `local_certs\n\tskip_install_trust\n\thttp_port ${portOf(http)}\n\thttps_port ${httpsPort}`
  for (const server of [http, https]) await new Promise((resolve) => server.close(resolve))
  const text = readFileSync(new URL('Caddyfile', import.meta.url), 'utf8')
    .replace('admin off', `admin off\n\t${ports}`)
    .replace('127.0.0.1:4400/api/tls-check', `127.0.0.1:${portOf(asked)}/api/tls-check`)
    .replace('127.0.0.1:4410', `127.0.0.1:${routerPort}`)
  writeFileSync(join(dir, 'Caddyfile'), text)
  const hosts = { MOORAGE_DASHBOARD_HOST: 'app.moorage.com', MOORAGE_GIT_HOST: 'git.moorage.com' }
  const home = { XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir, MOORAGE_ACME_EMAIL: 'a@moorage.com' }
  const args = ['run', '--config', join(dir, 'Caddyfile'), '--adapter', 'caddyfile']
  const env = { ...process.env, ...hosts, ...home }
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said += chunk
  })
  while (!said.includes('serving initial configuration') || !existsSync(caFile)) {
    if (child.exitCode !== null) throw new Error(said)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return child
}

function ask(
  host: string,
  method = 'POST',
  path = '/mcp',
  onChunk = (_chunk: string) => {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const at = { host: '127.0.0.1', port: httpsPort, servername: host, ca: readFileSync(caFile) }
    const headers = { Host: host, Authorization: `Bearer ${key}` }
    const req = request({ ...at, agent: false, path, method, headers }, (res) => {
      let text = ''
      res.on('data', (chunk) => {
        text += chunk
        onChunk(String(chunk))
      })
      res.on('end', () => resolve({ status: res.statusCode ?? 0, text }))
    })
    req.on('error', reject)
    req.end(method === 'POST' ? '{}' : undefined)
  })
}

async function listening(handler: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer(handler ?? (() => {})).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

test('a name that its team has proven gets a certificate and leads to its server', async () => {
  const { status, text } = await ask('tools.own.com')
  expect(status).toBe(200)
  expect(JSON.parse(text)).toMatchObject({
    'x-forwarded-host': 'tools.own.com',
    'x-forwarded-proto': 'https',
  })
})

test('events come through TLS one by one, as the server sends them', async () => {
  const chunks: string[] = []
  const { text } = await ask('tools.own.com', 'GET', '/stream', (chunk) => {
    chunks.push(chunk)
    // Not before the first one has arrived.
    sendRest()
  })
  expect(text).toBe('data: first\n\ndata: second\n\n')
  expect(chunks[0]).toBe('data: first\n\n')
})

test.each(['claimed.own.com', 'unknown.own.com'])('%s gets no certificate', async (host) => {
  await expect(ask(host)).rejects.toThrow()
})

test('a router that is away for a moment costs nobody a request', async () => {
  await started.router.close()
  // Debian's Caddy is older than caddyserver/caddy#7547, and could not send a body a second time.
  const asked = Array.from({ length: 20 }, () => ask('tools.own.com', 'GET'))
  // By then they have been refused.
  await new Promise((resolve) => setTimeout(resolve, 500))
  started = await platform.startRouter({}, routerPort())
  for (const { status } of await Promise.all(asked)) expect(status).toBe(200)
})
