import { createHash, randomBytes } from 'node:crypto'
import { createEvents, type Events } from '@moorage/bus/events'
import { createDb, type Db } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { testDatabaseUrl } from '@moorage/testing/services'
import { hashPassword } from 'better-auth/crypto'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Auth, createAuth } from '../auth.ts'
import { revokeGrant } from './grants.ts'
import { handleAuth, type OauthDeps } from './handle.ts'
import { issueClientSecret, removeClientSecret } from './machine-client.ts'
import { authorizationServerMetadata } from './metadata.ts'
import { realClients } from './real-clients.ts'

const dashboardUrl = 'http://localhost:4400'
const routerUrl = 'http://localhost:4410'
let db: Db
let events: Events
let auth: Auth
let deps: OauthDeps
let cookie: string
let userId: string
let serverId: string
const resource = `${routerUrl}/notes/mcp`

beforeAll(async () => {
  const databaseUrl = await testDatabaseUrl()
  db = createDb(databaseUrl, { maxConnections: 5 })
  events = await createEvents({ databaseUrl })
  auth = createAuth({ db, secret: randomBytes(32).toString('hex'), baseUrl: dashboardUrl })
  deps = { db, events, auth, dashboardUrl, routerUrl }
  const teamId = newId('team')
  await db.team.create({ data: { id: teamId, slug: 'harbour', name: 'Harbour' } })
  userId = await addPerson('ada@example.com')
  await db.member.create({ data: { teamId, userId, role: 'viewer' } })
  await addPerson('eve@example.com')
  serverId = newId('srv')
  await db.server.create({ data: { id: serverId, teamId, slug: 'notes', name: 'Notes' } })
  cookie = await signIn('ada@example.com')
})

afterAll(async () => {
  await events.close()
  await db.$disconnect()
})

async function addPerson(email: string): Promise<string> {
  const id = newId('usr')
  await db.user.create({ data: { id, name: email, email, updatedAt: new Date() } })
  const password = await hashPassword('correct horse battery')
  await db.authAccount.create({
    data: { id: newId('usr'), accountId: id, providerId: 'credential', userId: id, password },
  })
  return id
}

async function signIn(email: string): Promise<string> {
  const answer = await call('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: dashboardUrl },
    body: JSON.stringify({ email, password: 'correct horse battery' }),
  })
  expect(answer.status).toBe(200)
  return cookiesOf(answer)
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
}

let address = 0
function call(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  // Each from another address, so that no limit is met.
  headers.set('x-forwarded-for', `10.0.${Math.floor(++address / 250)}.${address % 250}`)
  return handleAuth(deps, new Request(`${dashboardUrl}${path}`, { ...init, headers }))
}

async function register(body: object): Promise<Response> {
  return call('/api/auth/oauth2/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

const redirectUri = 'http://127.0.0.1:3456/callback'

async function newClient(): Promise<string> {
  const answer = await register({ client_name: 'A client', redirect_uris: [redirectUri] })
  expect(answer.status).toBe(201)
  return (await answer.json()).client_id
}

type Asked = { consent: URL; cookies: string; verifier: string; clientId: string }

async function ask(clientId: string, more: Record<string, string> = {}, as = cookie): Promise<URL> {
  return (await askFrom(clientId, more, as)).consent
}

async function askFrom(
  clientId: string,
  more: Record<string, string> = {},
  as = cookie,
): Promise<Asked> {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state: 'xyz',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource,
    ...more,
  })
  const answer = await call(`/api/auth/oauth2/authorize?${query}`, { headers: { cookie: as } })
  const consent = new URL(answer.headers.get('location') ?? '', dashboardUrl)
  return { consent, cookies: `${as}; ${cookiesOf(answer)}`, verifier, clientId }
}

async function say(accept: boolean, { consent, cookies }: Asked): Promise<Response> {
  return call('/api/auth/oauth2/consent', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: dashboardUrl, cookie: cookies },
    body: JSON.stringify({ accept, oauth_query: consent.search.slice(1) }),
  })
}

async function exchange(form: Record<string, string>): Promise<Response> {
  return call('/api/auth/oauth2/token', { method: 'POST', body: new URLSearchParams(form) })
}

async function tokensFor(clientId: string, of = resource, scope = '') {
  const asked = await askFrom(clientId, { resource: of, scope })
  const back = new URL((await (await say(true, asked)).json()).url)
  const answer = await exchange({
    grant_type: 'authorization_code',
    code: back.searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: asked.verifier,
    resource: of,
  })
  return { back, answer, tokens: await answer.json() }
}

test('the metadata has what clients refuse to go on without, at a root issuer', async () => {
  const answer = await authorizationServerMetadata(auth)
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  expect(await answer.json()).toMatchObject({
    issuer: dashboardUrl,
    authorization_endpoint: `${dashboardUrl}/api/auth/oauth2/authorize`,
    registration_endpoint: `${dashboardUrl}/api/auth/oauth2/register`,
    code_challenge_methods_supported: ['S256'],
    client_id_metadata_document_supported: true,
    authorization_response_iss_parameter_supported: true,
    token_endpoint_auth_methods_supported: expect.arrayContaining(['none']),
    scopes_supported: ['mcp:connect', 'offline_access'],
  })
})

test('a person who allows it gives a client a token for that one endpoint, and a grant', async () => {
  const clientId = await newClient()
  const { back, answer, tokens } = await tokensFor(clientId)
  expect(back.origin + back.pathname).toBe(redirectUri)
  expect(back.searchParams.get('state')).toBe('xyz')
  expect(back.searchParams.get('iss')).toBe(dashboardUrl)
  expect(answer.status).toBe(200)
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    iss: dashboardUrl,
    aud: resource,
    sub: userId,
    client_id: clientId,
    scope: 'mcp:connect offline_access',
  })
  expect(await db.oauthGrant.count({ where: { clientId, userId, serverId } })).toBe(1)
})

test('a preview has tokens of its own, under the grant of its server', async () => {
  const clientId = await newClient()
  const expiresAt = new Date(Date.now() + 60_000)
  await db.preview.create({
    data: { id: newId('prv'), serverId, name: 'feature-x', ref: 'feature/x', expiresAt },
  })
  const preview = `${routerUrl}/notes--feature-x/mcp`
  const { answer, tokens } = await tokensFor(clientId, preview)
  expect(answer.status).toBe(200)
  expect(decodeJwt(tokens.access_token).aud).toBe(preview)
  expect(await db.oauthGrant.count({ where: { clientId, userId, serverId } })).toBe(1)
  const gone = await ask(clientId, { resource: `${routerUrl}/notes--another/mcp` })
  expect(gone.searchParams.get('error')).toBe('invalid_target')
})

test('a client that is unknown by now is told so with 401, upon which Claude registers anew', async () => {
  const clientId = await newClient()
  const { tokens } = await tokensFor(clientId)
  await db.oauthClient.deleteMany({ where: { clientId } })
  const form = { grant_type: 'refresh_token', client_id: clientId, resource }
  const answer = await exchange({ ...form, refresh_token: tokens.refresh_token })
  expect(answer.status).toBe(401)
  expect((await answer.json()).error).toBe('invalid_client')
})

test('a token has the scope for guarded tools where the client has asked for it, and keeps it when renewed', async () => {
  const clientId = await newClient()
  const scopeOf = (tokens: { access_token: string }) => decodeJwt(tokens.access_token).scope
  expect(scopeOf((await tokensFor(clientId)).tokens)).toBe('mcp:connect offline_access')
  const { tokens } = await tokensFor(clientId, resource, 'mcp:connect mcp:guarded')
  expect(scopeOf(tokens)).toBe('mcp:connect offline_access mcp:guarded')
  const form = { grant_type: 'refresh_token', client_id: clientId, resource }
  const next = await exchange({ ...form, refresh_token: tokens.refresh_token })
  expect(scopeOf(await next.json())).toBe('mcp:connect offline_access mcp:guarded')
})

test('a refresh token works once; when it comes again, its whole family ends', async () => {
  const clientId = await newClient()
  const { tokens } = await tokensFor(clientId)
  const refresh = (token: string) =>
    exchange({ grant_type: 'refresh_token', refresh_token: token, client_id: clientId, resource })
  const second = await (await refresh(tokens.refresh_token)).json()
  expect(decodeJwt(second.access_token).aud).toBe(resource)
  expect((await refresh(tokens.refresh_token)).status).toBe(400)
  expect((await refresh(second.refresh_token)).status).toBe(400)
})

test('a grant that is revoked takes its refresh tokens along', async () => {
  const clientId = await newClient()
  const { tokens } = await tokensFor(clientId)
  const grant = await db.oauthGrant.findFirstOrThrow({ where: { clientId } })
  await revokeGrant({ db, events }, { grantId: grant.id, userId })
  const form = { grant_type: 'refresh_token', client_id: clientId }
  expect((await exchange({ ...form, refresh_token: tokens.refresh_token })).status).toBe(400)
})

test('a yes counts only in the browser that was asked, and only of somebody who may call the server', async () => {
  const clientId = await newClient()
  const asked = await askFrom(clientId)
  expect((await say(true, { ...asked, cookies: cookie })).status).toBe(403)
  const eve = await signIn('eve@example.com')
  expect((await say(true, await askFrom(clientId, {}, eve))).status).toBe(403)
  expect(await db.oauthGrant.count({ where: { clientId } })).toBe(0)
  const no = await say(false, asked)
  expect((await no.json()).url).toContain('error=access_denied')
  expect(await db.oauthGrant.count({ where: { clientId } })).toBe(0)
})

test('who said yes once is asked again, for the same server as for another', async () => {
  const clientId = await newClient()
  await tokensFor(clientId)
  expect((await ask(clientId)).pathname).toBe('/oauth/consent')
})

test('who is not signed in does that first, and comes back to the same request', async () => {
  const target = await ask(await newClient(), {}, '')
  expect(target.pathname).toBe('/sign-in')
  expect(target.searchParams.get('next')).toMatch(/^\/api\/auth\/oauth2\/authorize\?response_type/)
})

test.each([
  ['another server of nobody', `${routerUrl}/none/mcp`],
  ['a server at no endpoint', `${routerUrl}/notes`],
  ['another origin', 'https://elsewhere.test/notes/mcp'],
  ['another spelling', `${routerUrl}/x/../notes/mcp`],
  ['nothing', ''],
])('a client that asks for %s is sent back with invalid_target', async (_what, named) => {
  const target = await ask(await newClient(), { resource: named })
  expect(target.href).toContain(redirectUri)
  expect(target.searchParams.get('error')).toBe('invalid_target')
})

test.each([
  { code_challenge_method: 'plain' },
  { code_challenge: '', code_challenge_method: '' },
] as Record<string, string>[])('a client without PKCE by S256 is refused: %j', async (more) => {
  const target = await ask(await newClient(), more)
  expect(target.searchParams.get('error')).toBe('invalid_request')
})

test('a redirect that was not registered is sent nothing; of loopback any port is good', async () => {
  const clientId = await newClient()
  const bad = await ask(clientId, { redirect_uri: 'http://127.0.0.1:3456/other' })
  expect(bad.pathname).toBe('/oauth/error')
  const other = await ask(clientId, { redirect_uri: 'http://127.0.0.1:50123/callback' })
  expect(other.pathname).toBe('/oauth/consent')
})

test.each(Object.entries(realClients))(
  '%s registers as it does, and may then ask from each of its redirects',
  async (_name, { registration, later }) => {
    const answer = await register(registration)
    const client = await answer.json()
    expect(client).toMatchObject({ redirect_uris: registration.redirect_uris })
    expect(answer.status).toBe(201)
    expect('client_secret' in client).toBe(client.token_endpoint_auth_method !== 'none')
    for (const redirect_uri of [...registration.redirect_uris, ...(later ? [later] : [])])
      expect((await ask(client.client_id, { redirect_uri })).pathname).toBe('/oauth/consent')
  },
)

test.each([
  'http://elsewhere.test/callback',
  'http://localhost.evil.test/callback',
  'https://localhost/callback',
  'https://user@claude.ai/api/mcp/auth_callback',
  'https://claude.ai/api/mcp/auth_callback#fragment',
  'javascript:alert(1)',
  'data:text/html,x',
  'cursor://anysphere.cursor-mcp/oauth/callback/more',
  'cursor://evil/oauth/callback',
  'com.example.app://host/callback',
  'nothing',
])('one redirect to %s refuses the whole registration, and is named', async (bad) => {
  const answer = await register({ redirect_uris: ['https://claude.ai/api/mcp/auth_callback', bad] })
  expect(answer.status).toBe(400)
  const fault = await answer.json()
  expect(fault.error).toBe('invalid_redirect_uri')
  expect(fault.error_description).toContain(bad)
})

test('a page of any origin may register and exchange, as no cookie of it counts', async () => {
  const answer = await call('/api/auth/oauth2/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'https://inspector.test', cookie },
    body: JSON.stringify({ redirect_uris: [redirectUri] }),
  })
  expect(answer.status).toBe(201)
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  const { client_id: clientId } = await answer.json()
  expect((await db.oauthClient.findUniqueOrThrow({ where: { clientId } })).userId).toBeNull()
})

async function askAsMachine(clientId: string, secret: string, of = resource) {
  const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`
  const answer = await call('/api/auth/oauth2/token', {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: of }),
  })
  return { status: answer.status, ...(await answer.json()) }
}

async function addMachine(teamId: string) {
  const id = newId('sa')
  await db.serviceAccount.create({ data: { id, teamId, name: id, role: 'caller' } })
  return { id, ...(await issueClientSecret({ db, events }, { id, name: id })) }
}

test('a service account gets a token for one endpoint by its secret, and nothing to renew it with', async () => {
  const { teamId } = await db.server.findUniqueOrThrow({ where: { id: serverId } })
  const { id, clientId, clientSecret } = await addMachine(teamId)
  const answer = await askAsMachine(clientId, clientSecret)
  expect(answer).toMatchObject({ status: 200, token_type: 'Bearer', expires_in: 3600 })
  expect(answer.refresh_token).toBeUndefined()
  expect(decodeJwt(answer.access_token)).toMatchObject({
    ...{ iss: dashboardUrl, aud: resource, sub: id, client_id: id, scope: 'mcp:connect' },
  })
})

test('of a service account a wrong secret, one that was replaced, and one that was revoked are refused', async () => {
  const { teamId } = await db.server.findUniqueOrThrow({ where: { id: serverId } })
  const { id, clientId, clientSecret } = await addMachine(teamId)
  expect(await askAsMachine(clientId, 'mrgs_wrong')).toMatchObject({ status: 401 })
  const next = await issueClientSecret({ db, events }, { id, name: id })
  expect(await askAsMachine(clientId, clientSecret)).toMatchObject({ status: 401 })
  expect(await askAsMachine(clientId, next.clientSecret)).toMatchObject({ status: 200 })
  await removeClientSecret({ db, events }, id)
  expect((await askAsMachine(clientId, next.clientSecret)).error).toBe('invalid_client')
})

test('a service account gets no token for another team, for all of a team, or as a person', async () => {
  const teamId = newId('team')
  await db.team.create({ data: { id: teamId, slug: 'elsewhere', name: 'Elsewhere' } })
  const { clientId, clientSecret } = await addMachine(teamId)
  const refused = { status: 400, error: 'invalid_target' }
  expect(await askAsMachine(clientId, clientSecret)).toMatchObject(refused)
  expect(await askAsMachine(clientId, clientSecret, '')).toMatchObject(refused)
  expect(await askAsMachine(clientId, clientSecret, `${routerUrl}/none/mcp`)).toMatchObject(refused)
  const asked = await ask(clientId)
  expect(asked.pathname).not.toBe('/oauth/consent')
})

test('nobody registers a client that gets tokens by itself', async () => {
  const answer = await register({
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
  })
  const { client_id, client_secret } = await answer.json()
  expect(await askAsMachine(client_id, client_secret)).toMatchObject({
    ...{ status: 400, error: 'unauthorized_client' },
  })
})

test('every step is noted, and what went wrong with what to do', async () => {
  const clientId = await newClient()
  await tokensFor(clientId)
  await exchange({ grant_type: 'refresh_token', refresh_token: 'x', client_id: clientId, resource })
  const steps = await db.oauthEvent.findMany({ where: { clientId }, orderBy: { id: 'asc' } })
  expect(steps.map(({ step, fault }) => [step, fault === null])).toEqual([
    ['registration', true],
    ['authorization', true],
    ['consent', true],
    ['token', true],
    ['refresh', false],
  ])
  expect(steps.at(-1)).toMatchObject({ serverId, hint: expect.stringContaining('again') })
})
