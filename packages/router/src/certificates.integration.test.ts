import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificate } from '@moorage/testing/tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer } from './testing/client.ts'
import { startPlatform, type TestPlatform, type TestServer, until } from './testing/platform.ts'
import { startUpstream, type Upstream } from './testing/upstream.ts'

const dir = mkdtempSync(join(tmpdir(), 'router-certificates-'))
let platform: TestPlatform
let upstream: Upstream
let server: TestServer
let port: number
let key: string

beforeAll(async () => {
  platform = await startPlatform({ certificatesDir: dir, baseDomain: 'mcp.test' })
  upstream = await startUpstream((_req, res) => res.end('{}'))
  const teamId = await platform.addTeam()
  server = await platform.addServer(teamId)
  const domain = { id: 'dom_1', serverId: server.id, hostname: 'tools.own.com', token: 'x' }
  await platform.db.domain.create({ data: { ...domain, verifiedAt: new Date() } })
  await platform.deploy(server, upstream.port)
  key = (await platform.addKey(teamId)).key
})

afterAll(async () => {
  await platform.close()
  await upstream.stop()
  rmSync(dir, { recursive: true })
})

/** Puts a new certificate of these names where the router looks; answers with what clients trust. */
async function renew(file: string, names: string[]): Promise<Buffer> {
  const made = join(dir, `made-${file}`)
  mkdirSync(made, { recursive: true })
  const { cert, key } = await makeCertificate(made, names)
  writeFileSync(join(dir, `${file}.key`), key)
  writeFileSync(join(dir, `${file}.crt`), cert)
  return cert
}

/** The status, with a certificate that this CA has made for this name; else the fault of TLS. */
function ask(host: string, ca: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const at = { host: '127.0.0.1', port, servername: host, ca, agent: false }
    const headers = { ...bearer(key), Host: host }
    const req = request({ ...at, path: '/mcp', method: 'POST', headers }, (res) => {
      res.resume()
      resolve(res.statusCode ?? 0)
    })
    req.on('error', reject)
    req.end('{}')
  })
}

test('each name is answered with its own certificate, and a renewed one counts without a restart', async () => {
  const [base, own] = [await renew('base', ['*.mcp.test']), await renew('own', ['tools.own.com'])]
  port = Number(new URL((await platform.startRouter()).url).port)
  expect(await ask(`${server.slug}.mcp.test`, base)).toBe(200)
  expect(await ask('tools.own.com', own)).toBe(200)
  expect(upstream.seen.at(-1)?.headers).toMatchObject({
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'tools.own.com',
  })
  await expect(ask('tools.own.com', base)).rejects.toThrow()
  await expect(ask('unknown.com', base)).rejects.toThrow()
  const renewed = await renew('own', ['tools.own.com'])
  await until(() =>
    ask('tools.own.com', renewed).then(
      (status) => status === 200,
      () => false,
    ),
  )
  writeFileSync(join(dir, 'own.crt'), 'nonsense')
  await until(() => platform.problems.includes('A certificate could not be read'))
  expect(await ask('tools.own.com', renewed)).toBe(200)
})
