import { newId } from '@moorage/domain/id'
import { decodeJwt } from 'jose'
import { afterAll, expect, test } from 'vitest'
import {
  dashboardUrl,
  redirectUri,
  resource,
  routerUrl,
  startOauthServer,
} from '../testing/oauth-server.ts'
import { readClientDocument } from './client-document.ts'
import { revokeGrant } from './grants.ts'
import { handleAuth } from './handle.ts'
import { authorizationServerMetadata } from './metadata.ts'
import { realClients, realDocuments } from './real-clients.ts'

const {
  db,
  events,
  auth,
  cookie,
  userId,
  serverId,
  signIn,
  call,
  register,
  newClient,
  ask,
  askFrom,
  say,
  exchange,
  tokensFor,
  close,
} = await startOauthServer()
afterAll(close)

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

test('who may call the server decides who can say yes', async () => {
  const clientId = await newClient()
  const eve = await signIn('eve@example.com')
  const statusFor = async (policy: object, who: string) => {
    await db.server.update({ where: { id: serverId }, data: { policy } })
    return (await say(true, await askFrom(clientId, {}, who))).status
  }
  expect(await statusFor({ mayCall: 'signed_in' }, eve)).toBe(200)
  expect(await statusFor({ mayCall: 'chosen', chosen: ['member:usr_else'] }, cookie)).toBe(403)
  expect(await statusFor({ mayCall: 'chosen', chosen: [`member:${userId}`] }, cookie)).toBe(200)
  expect(await statusFor({}, eve)).toBe(403)
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

test.each(Object.entries(realDocuments))(
  '%s, by its document as it is published, may ask from each of its redirects and from no other',
  async (_name, { at, registration, later }) => {
    const document = readClientDocument(at, { client_id: at, ...registration })
    // As if it had been fetched a moment ago.
    await db.oauthClient.create({
      data: { id: at, clientId: at, createdAt: new Date(), ...document },
    })
    for (const redirect_uri of [...registration.redirect_uris, ...(later ? [later] : [])])
      expect((await ask(at, { redirect_uri })).pathname).toBe('/oauth/consent')
    const asked = await ask(at, { redirect_uri: 'https://elsewhere.test/callback' })
    expect(asked.pathname).toBe('/oauth/error')
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

test('who comes on and on fills nobody’s doctor with it', async () => {
  const deps = { db, events, auth, dashboardUrl, routerUrl }
  const address = '192.0.2.77'
  for (let n = 0; n < 70; n += 1)
    await handleAuth(
      deps,
      new Request(`${dashboardUrl}/api/auth/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: '{"redirect_uris":["javascript:alert(1)"]}',
      }),
    )
  expect(await db.oauthEvent.count({ where: { address } })).toBe(60)
})
