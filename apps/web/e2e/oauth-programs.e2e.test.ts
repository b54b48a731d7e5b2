import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import {
  callByOauth,
  fastmcpPython,
  inspectorMain,
  mcpRemoteMain,
} from '@moorage/e2e/clients/install'
import { freePort } from '@moorage/embedded/free-port'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { firstLink, runWithBrowser } from './browse-for-program.ts'
import type { Opened } from './open-dashboard.ts'
import { openSignedIn, person } from './open-signed-in.ts'
import { serveDocument } from './serve-document.ts'
import { startMcp } from './start-mcp.ts'

// Programs that nobody here wrote, each from the bare URL of a server to a call of its tool, or as
// far as it goes: what they write an address for, a scripted browser opens and allows.

let opened: Opened
let mcp: Awaited<ReturnType<typeof startMcp>>
let document: Awaited<ReturnType<typeof serveDocument>>
const dir = mkdtempSync(join(tmpdir(), 'moorage-programs-'))
const installMs = 240_000

beforeAll(async () => {
  const routerPort = await freePort(0)
  document = await serveDocument()
  opened = await openSignedIn(async () => {}, {
    MOORAGE_ROUTER_URL: `http://localhost:${routerPort}`,
    ...document.env,
  })
  mcp = await startMcp(opened, routerPort)
})

afterAll(async () => {
  mcp?.stop()
  document?.close()
  rmSync(dir, { recursive: true, force: true })
  await opened?.close()
})

const env = {
  PATH: process.env.PATH ?? '',
  HOME: dir,
  // The Inspector's CLI signs in only where it may open a browser. This one does nothing.
  ...{ MCP_AUTO_OPEN_ENABLED: 'true', BROWSER: 'true' },
}

async function allow(url: string): Promise<void> {
  const { page } = opened
  await page.goto(url)
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  // The page of consent names that address too, in its query.
  await page.waitForURL(({ pathname }) => pathname.includes('callback'))
}

/** What the last grant was given to. */
async function clientId(): Promise<string | undefined> {
  const grant = await opened.db.oauthGrant.findFirst({ orderBy: { createdAt: 'desc' } })
  return grant?.clientId
}

describe.each(['its registration', 'its metadata document'])('by %s', (how) => {
  const isDocument = how === 'its metadata document'
  const naming = (flag: string[]) => (isDocument ? [...flag, document.url] : [])
  // Each remembers how it has signed in.
  const own = { HOME: join(dir, how), MCP_REMOTE_CONFIG_DIR: join(dir, how) }
  afterEach(async () => expect((await clientId()) === document.url).toBe(isDocument))

  test(
    'the Python fastmcp client',
    async () => {
      const args = [callByOauth, mcp.url, 'whoami', ...naming([])]
      const { code, output } = await runWithBrowser(
        await fastmcpPython(),
        args,
        { ...env, ...own },
        allow,
      )
      expect(code, output).toBe(0)
      expect(output.trim().split('\n').at(-1)).toBe(person.email)
    },
    installMs,
  )

  test(
    "the MCP Inspector's CLI",
    async () => {
      const callback = `http://127.0.0.1:${await freePort(0)}/oauth/callback`
      const call = ['--method', 'tools/call', '--tool-name', 'whoami', '--callback-url', callback]
      const named = naming(['--client-metadata-url'])
      const args = [await inspectorMain(), '--cli', mcp.url, ...call, ...named]
      const { code, output } = await runWithBrowser(
        process.execPath,
        args,
        { ...env, ...own },
        allow,
      )
      expect(code, output).toBe(0)
      expect(output).toContain(person.email)
    },
    installMs,
  )

  test(
    'mcp-remote, for a client that speaks over stdio',
    async () => {
      const named = naming(['--client-metadata-url'])
      const args = [await mcpRemoteMain(), mcp.url, String(await freePort(0)), ...named]
      const transport = new StdioClientTransport({
        ...{ command: process.execPath, args, env: { ...env, ...own }, stderr: 'pipe' },
      })
      const client = new Client({ name: 'stdio', version: '1' })
      const link = firstLink(transport.stderr)
      const connected = client.connect(transport)
      await allow(await link)
      await connected
      const { content } = await client.callTool({ name: 'whoami', arguments: {} })
      await client.close()
      expect(content).toMatchObject([{ type: 'text', text: person.email }])
    },
    installMs,
  )
})

test("the public suite's scenarios for authorization servers, without a failure", async () => {
  const port = await freePort(0)
  const redirect = `http://127.0.0.1:${port}/callback`
  const registered = await fetch(`${opened.dashboard.url}/api/auth/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Conformance', redirect_uris: [redirect] }),
  })
  const { client_id: clientId } = await registered.json()
  const main = fileURLToPath(import.meta.resolve('conformance-alpha/dist/index.js'))
  const about = ['--url', opened.dashboard.url, '--resource', mcp.url, '--client-id', clientId]
  const args = [main, 'authorization', ...about, '--port', String(port), '--output-dir', dir]
  const { code, output } = await runWithBrowser(process.execPath, args, env, allow)
  expect(code, output).toBe(0)
  const checks = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('checks.json'))
    .flatMap((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')))
  expect(checks.map(({ id, status }) => [id, status])).toEqual([
    ['authorization-code-grant', 'SUCCESS'],
    ['authorization-server-metadata', 'SUCCESS'],
    ['authorization-server-metadata-cimd', 'SUCCESS'],
  ])
}, 60_000)
