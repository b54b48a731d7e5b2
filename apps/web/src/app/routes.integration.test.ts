import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { createApiKey } from '@moorage/access/api-key'
import { newId } from '@moorage/domain/id'
import { testDatabaseUrl } from '@moorage/testing/services'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type WebDeps, webDeps } from '../server/deps.ts'

const dashboard = 'http://127.0.0.1:4400'

/** Every route handler, and what someone with no sign-in gets of it. */
const routes: Record<string, 'public' | 'asks by itself'> = {
  '.well-known/oauth-authorization-server': 'public',
  '.well-known/openid-configuration': 'public',
  'api/auth/[...all]': 'asks by itself',
  'api/github/back': 'asks by itself',
  'api/github/made': 'asks by itself',
  'api/github/new': 'asks by itself',
  'api/github/webhook': 'asks by itself',
  'api/healthz': 'public',
  'api/tls-check': 'public',
  'api/trpc/[trpc]': 'asks by itself',
  'api/webhooks/[serverId]': 'asks by itself',
  'schema/moorage.json': 'public',
}

let deps: WebDeps
let key: string
let trpc: (request: Request) => Promise<Response>
let auth: (request: Request) => Promise<Response>

beforeAll(async () => {
  vi.stubEnv('DATABASE_URL', await testDatabaseUrl())
  vi.stubEnv('MOORAGE_ENCRYPTION_KEY', randomBytes(32).toString('base64'))
  vi.stubEnv('MOORAGE_AUTH_SECRET', randomBytes(32).toString('base64'))
  vi.stubEnv('MOORAGE_DASHBOARD_URL', dashboard)
  vi.stubEnv('MOORAGE_ROUTER_URL', 'http://127.0.0.1:4410')
  vi.stubEnv('MOORAGE_GIT_URL', 'http://127.0.0.1:4420')
  deps = await webDeps()
  trpc = (await import('./api/trpc/[trpc]/route.ts')).GET
  auth = (await import('./api/auth/[...all]/route.ts')).POST
  const teamId = newId('team')
  await deps.db.team.create({ data: { id: teamId, slug: 'one', name: 'One' } })
  await deps.db.server.create({ data: { id: newId('srv'), teamId, slug: 'weather', name: 'w' } })
  const made = await createApiKey(deps, {
    ...{ teamId, serverId: null, name: 'k', scopes: ['read'], expiresAt: null, createdById: null },
  })
  key = made.key
})
afterAll(async () => {
  await Promise.all([deps.queue.close(), deps.inspectionQueue.close(), deps.events.close()])
  await deps.db.$disconnect()
})

test('every route handler is in the table', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  const found = files.filter((path) => path.endsWith('/route.ts'))
  expect(found.map((path) => path.slice(0, -'/route.ts'.length)).sort()).toEqual(
    Object.keys(routes).sort(),
  )
})

const call = (path: string, init?: RequestInit) =>
  trpc(new Request(`${dashboard}/api/trpc/${path}`, init))
const input = (value: unknown) => encodeURIComponent(JSON.stringify({ json: value }))
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

test('the API, its streams too, asks for a sign-in or a key, and a bad key is nobody', async () => {
  for (const path of ['servers.get', 'servers.watch', 'logs.follow']) {
    const url = `${path}?input=${input({ slug: 'weather' })}`
    const accept = { accept: 'text/event-stream' }
    expect([path, await refusal(await call(url, { headers: accept }))]).toEqual([path, true])
    const bad = { ...bearer(`mrg_${'x'.repeat(40)}`).headers, ...accept }
    expect([path, await refusal(await call(url, { headers: bad }))]).toEqual([path, true])
  }
  const good = await call(`servers.get?input=${input({ slug: 'weather' })}`, bearer(key))
  expect(good.status).toBe(200)
})

/** A stream answers 200, and says in one of its first events that it ends. */
async function refusal(response: Response): Promise<boolean> {
  if (response.status === 401) return true
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (/UNAUTHORIZED|"slug"|"text"/.test(text)) break
  }
  return text.includes('UNAUTHORIZED')
}

test('with a cookie alone, a foreign page changes nothing', async () => {
  const { db } = deps
  const userId = newId('usr')
  await db.user.create({ data: { id: userId, name: 'A', email: 'a@example.com' } })
  const body = JSON.stringify({ name: 'x', email: 'x@example.com', password: 'long enough pw' })
  const headers = { 'content-type': 'application/json', origin: 'https://evil.example' }
  const response = await auth(
    new Request(`${dashboard}/api/auth/sign-up/email`, { method: 'POST', headers, body }),
  )
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(await db.user.count({ where: { email: 'x@example.com' } })).toBe(0)
})

test.each(['/get-session', '/list-sessions', '/list-accounts', '/passkey/list-user-passkeys'])(
  'sign-in tells nobody anything at %s',
  async (path) => {
    const response = await auth(new Request(`${dashboard}/api/auth${path}`))
    const text = await response.text()
    expect(response.status === 401 || text === 'null' || text === '').toBe(true)
  },
)
