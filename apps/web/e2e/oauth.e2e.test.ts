import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@moorage/embedded/free-port'
import { makeCertificate } from '@moorage/testing/tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callWithOfficialClient } from './oauth-client.ts'
import type { Opened } from './open-dashboard.ts'
import { openSignedIn, person } from './open-signed-in.ts'
import { startMcp } from './start-mcp.ts'

let opened: Opened
let mcp: Awaited<ReturnType<typeof startMcp>>
let document: Awaited<ReturnType<typeof serveDocument>>

beforeAll(async () => {
  const routerPort = await freePort(0)
  document = await serveDocument()
  opened = await openSignedIn(async () => {}, {
    MOORAGE_ROUTER_URL: `http://localhost:${routerPort}`,
    MOORAGE_TRUSTED_CLIENT_HOSTS: new URL(document.url).host,
    NODE_EXTRA_CA_CERTS: document.caFile,
  })
  mcp = await startMcp(opened, routerPort)
})

afterAll(async () => {
  mcp?.stop()
  document?.close()
  await opened?.close()
})

/** A client's metadata document, as its maker publishes it: loopback without a port. */
async function serveDocument() {
  const { cert, key, caFile } = await makeCertificate(mkdtempSync(join(tmpdir(), 'moorage-')))
  const server = createServer({ cert, key }, (_req, res) => {
    res.setHeader('content-type', 'application/json')
    res.end(
      JSON.stringify({
        client_id: url,
        client_name: 'Documented client',
        redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://localhost:${(server.address() as AddressInfo).port}/client.json`
  return { url, caFile, close: () => server.close() }
}

/** Where a client leads the person: they look, and allow it. */
async function allow(url: string, seen: (text: string) => void = () => {}): Promise<void> {
  const { page } = opened
  await page.goto(url)
  await page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
  seen((await page.locator('main').textContent()) ?? '')
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.waitForURL(/callback/)
}

test('the official client gets from a bare URL to a tool call, having registered by itself', async () => {
  let text = ''
  const said = await callWithOfficialClient(mcp.url, (url) =>
    allow(url, (shown) => {
      text = shown
    }),
  )
  expect(said).toBe(person.email)
  for (const part of [
    'Official client',
    'Who am I',
    'Harbour Works',
    'localhost',
    'Says who calls',
  ])
    expect(text).toContain(part)
})

test('the official client gets from a bare URL to a tool call, known by its metadata document', async () => {
  let text = ''
  const show = (shown: string) => {
    text = shown
  }
  const said = await callWithOfficialClient(mcp.url, (url) => allow(url, show), document.url)
  expect(said).toBe(person.email)
  expect(text).toContain('Documented client')
  expect(text).toContain(new URL(document.url).host)
})
