import { revokeApiKey } from '@moorage/access/api-key'
import { issueClientSecret, removeClientSecret } from '@moorage/access/machine-client'
import { newId } from '@moorage/domain/id'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, send } from './testing/client.ts'
import { startPlatform, type TestPlatform, type TestServer, until } from './testing/platform.ts'
import { startUpstream, type Upstream } from './testing/upstream.ts'

const issuer = 'https://moorage.test'
let platform: TestPlatform
let upstream: Upstream
let signingKey: CryptoKey
let teamId: string
let server: TestServer
let other: TestServer
let url: string
let mcp: string
let userId: string

beforeAll(async () => {
  platform = await startPlatform({ dashboardUrl: `${issuer}/`, baseDomain: 'mcp.test' })
  upstream = await startUpstream((req, res) => {
    if (req.url === '/stream')
      return void res
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write('data: begun\n\n')
    res.end('ok')
  })
  teamId = await platform.addTeam()
  server = await addServer()
  other = await addServer()
  const pair = await generateKeyPair('EdDSA', { extractable: true })
  signingKey = pair.privateKey
  const publicKey = JSON.stringify(await exportJWK(pair.publicKey))
  await platform.db.jwks.create({
    data: { id: 'key-1', publicKey, privateKey: '', createdAt: new Date() },
  })
  await platform.db.oauthClient.create({ data: { id: 'client', clientId: 'client' } })
  url = (await platform.startRouter()).url
  mcp = `${url}/${server.slug}/mcp`
  userId = await addPerson()
})

afterAll(async () => {
  await platform.close()
  await upstream.stop()
})

async function addServer(access: 'private' | 'public' | 'own_auth' = 'private') {
  const added = await platform.addServer(teamId, { access })
  await platform.deploy(added, upstream.port)
  return added
}

/** A member who let the client call both servers. */
async function addPerson(): Promise<string> {
  const id = newId('usr')
  const email = `${id}@test.test`
  await platform.db.user.create({ data: { id, name: 'Ann', email, updatedAt: new Date() } })
  await platform.db.member.create({ data: { teamId, userId: id, role: 'caller' } })
  for (const { id: serverId } of [server, other])
    await platform.db.oauthGrant.create({
      data: { id: newId('grant'), userId: id, clientId: 'client', serverId },
    })
  await platform.events.publish({ type: 'person', userId: id })
  return id
}

type Claims = {
  sub?: string
  aud?: string | string[]
  scope?: string
  iss?: string
  exp?: string
  typ?: string
  client_id?: string
}

function token(claims: Claims = {}, key: CryptoKey = signingKey): Promise<string> {
  const { sub = userId, aud = mcp, iss = issuer, exp = '1h', typ = 'at+jwt', ...rest } = claims
  return new SignJWT({ scope: 'mcp:connect', client_id: 'client', ...rest })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'key-1', typ })
    .setIssuer(iss)
    .setSubject(sub)
    .setAudience(aud)
    .setIssuedAt()
    .setExpirationTime(exp)
    .sign(key)
}

const status = async (bearerToken: string, at = mcp) =>
  (await send(at, { headers: bearer(bearerToken) })).status

test('a token for this endpoint passes, and the server is told which person calls', async () => {
  expect(await status(await token())).toBe(200)
  expect(upstream.seen.at(-1)?.headers).toMatchObject({
    'moorage-user': userId,
    'moorage-role': 'caller',
  })
  expect(upstream.seen.at(-1)?.headers.authorization).toBeUndefined()
})

test('a refusal says where the metadata is and which scope is needed; the metadata names exactly this endpoint', async () => {
  const refused = await send(mcp)
  expect(refused.status).toBe(401)
  expect(refused.headers['www-authenticate']).toBe(
    `Bearer realm="moorage", resource_metadata="${url}/.well-known/oauth-protected-resource/${server.slug}/mcp", scope="mcp:connect"`,
  )
  const metadata = await send(`${url}/.well-known/oauth-protected-resource/${server.slug}/mcp`)
  expect(JSON.parse(metadata.text)).toEqual({
    resource: mcp,
    authorization_servers: [issuer],
    scopes_supported: ['mcp:connect'],
    bearer_methods_supported: ['header'],
  })
})

test('at a host name of its own the endpoint, its metadata and its tokens are those of that name', async () => {
  const host = `${server.slug}.mcp.test`
  const at = (path: string, authorization?: string) =>
    send(url, { path, headers: { host, ...(authorization ? bearer(authorization) : {}) } })
  const metadata = await at('/.well-known/oauth-protected-resource/mcp')
  expect(JSON.parse(metadata.text).resource).toBe(`http://${host}/mcp`)
  expect((await at('/mcp', await token({ aud: `http://${host}/mcp` }))).status).toBe(200)
  expect((await at('/mcp', await token())).status).toBe(401)
})

test('a preview has an endpoint and tokens of its own, under the grant of its server', async () => {
  const [id, deploymentId] = [newId('prv'), newId('dep')]
  const { id: serverId, slug } = server
  const expiresAt = new Date(Date.now() + 60_000)
  const { db } = platform
  await db.preview.create({ data: { id, serverId, name: 'next', ref: 'next', expiresAt } })
  const live = { kind: 'preview', status: 'live', trigger: 'push', previewId: id } as const
  await db.deployment.create({ data: { id: deploymentId, serverId, plan: {}, ...live } })
  const place = {
    runtime: 'process',
    host: '127.0.0.1',
    port: upstream.port,
    state: 'ready',
  } as const
  await db.instance.create({ data: { id: newId('ins'), serverId, deploymentId, ...place } })
  await db.preview.update({ where: { id }, data: { deploymentId } })
  await platform.events.publish({ type: 'server', serverId })
  const preview = `${url}/${slug}--next/mcp`
  const good = await token({ aud: preview })
  await until(async () => (await status(good, preview)) === 200)
  expect(await status(await token(), preview)).toBe(401)
  expect(await status(good)).toBe(401)
  const refused = await send(preview)
  expect(refused.headers['www-authenticate']).toContain(
    `resource_metadata="${url}/.well-known/oauth-protected-resource/${slug}--next/mcp"`,
  )
  const metadata = await send(`${url}/.well-known/oauth-protected-resource/${slug}--next/mcp`)
  expect(JSON.parse(metadata.text).resource).toBe(preview)
})

test('a stranger cannot tell a name with a server from one without', async () => {
  const [here, nowhere] = await Promise.all([send(mcp), send(`${url}/no-such/mcp`)])
  const same = (text: unknown) => String(text).replaceAll(server.slug, 'no-such')
  expect(nowhere.status).toBe(401)
  expect(same(here.headers['www-authenticate'])).toBe(nowhere.headers['www-authenticate'])
  const path = '/.well-known/oauth-protected-resource'
  const [known, unknown] = await Promise.all([
    send(`${url}${path}/${server.slug}/mcp`),
    send(`${url}${path}/no-such/mcp`),
  ])
  expect(same(known.text)).toBe(unknown.text)
  expect(await status(await token({ aud: `${url}/no-such/mcp` }), `${url}/no-such/mcp`)).toBe(401)
})

test('no metadata of ours for a server that does its own OAuth, or needs none', async () => {
  for (const access of ['public', 'own_auth'] as const) {
    const open = await addServer(access)
    const path = `/.well-known/oauth-protected-resource/${open.slug}/mcp`
    await until(async () => (await send(url + path)).text === 'ok')
  }
})

test.each<[string, Claims]>([
  ['another server', { aud: 'OTHER' }],
  ['two servers', { aud: ['HERE', 'OTHER'] }],
  ['the platform itself', { aud: issuer }],
  ['this server with a slash more', { aud: 'HERE/' }],
  ['somebody unknown', { sub: 'usr_nobody' }],
  ['a client that was not allowed', { client_id: 'another' }],
  ['another issuer', { iss: 'https://elsewhere.test' }],
  ['another use', { typ: 'JWT' }],
  ['a time that is over', { exp: '-10s' }],
])('a token for %s is 401', async (_what, claims) => {
  const place = (one: string) =>
    one.replace('HERE', mcp).replace('OTHER', `${url}/${other.slug}/mcp`)
  const { aud } = claims
  const audience = Array.isArray(aud) ? aud.map(place) : aud && place(aud)
  const refused = await send(mcp, {
    headers: bearer(await token({ ...claims, ...(audience ? { aud: audience } : {}) })),
  })
  expect(refused.status).toBe(401)
  expect(refused.headers['www-authenticate']).toContain('error="invalid_token"')
})

test('a token that is known for one server is still no good at another', async () => {
  const here = await token()
  expect([await status(here), await status(here)]).toEqual([200, 200])
  expect(await status(here, `${url}/${other.slug}/mcp`)).toBe(401)
})

test('a token signed by anyone else, or by nobody, is 401', async () => {
  const { privateKey } = await generateKeyPair('EdDSA')
  expect(await status(await token({}, privateKey))).toBe(401)
  const [, claims] = (await token()).split('.')
  const none = Buffer.from('{"alg":"none","typ":"at+jwt","kid":"key-1"}').toString('base64url')
  expect(await status(`${none}.${claims}.`)).toBe(401)
})

test('a token in the query is none', async () => {
  expect((await send(`${mcp}?access_token=${await token()}`)).status).toBe(401)
})

test('a token without the scope is 403, with all that is needed to ask for more', async () => {
  const refused = await send(mcp, { headers: bearer(await token({ scope: 'offline_access' })) })
  expect(refused.status).toBe(403)
  expect(refused.headers['www-authenticate']).toMatch(
    /error="insufficient_scope", resource_metadata="[^"]+", scope="mcp:connect"$/,
  )
})

test('a guarded tool is 403 with all scopes that are needed, until the token has them; a key needs none', async () => {
  const guarded = await platform.addServer(teamId, { routing: { guardedTools: ['delete_*'] } })
  await platform.deploy(guarded, upstream.port)
  const at = `${url}/${guarded.slug}/mcp`
  await platform.db.oauthGrant.create({
    data: { id: newId('grant'), userId, clientId: 'client', serverId: guarded.id },
  })
  await platform.events.publish({ type: 'person', userId })
  const [plain, more] = [
    await token({ aud: at }),
    await token({ aud: at, scope: 'mcp:connect mcp:guarded' }),
  ]
  const call = (used: string, body: unknown) =>
    send(at, {
      method: 'POST',
      headers: { ...bearer(used), 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const tool = (name: string) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })
  await until(async () => (await call(plain, tool('read_note'))).status === 200)
  const refused = await call(plain, tool('delete_note'))
  expect(refused.status).toBe(403)
  expect(refused.headers['www-authenticate']).toBe(
    `Bearer realm="moorage", error="insufficient_scope", resource_metadata="${url}/.well-known/oauth-protected-resource/${guarded.slug}/mcp", scope="mcp:connect mcp:guarded"`,
  )
  // What may hold such a call is taken for one.
  expect((await call(plain, [tool('read_note'), tool('delete_note')])).status).toBe(403)
  expect((await call(plain, '{"method":')).status).toBe(403)
  expect((await call(more, tool('delete_note'))).status).toBe(200)
  const { key } = await platform.addKey(teamId)
  await until(async () => (await call(key, tool('delete_note'))).status === 200)
})

test.each([
  [
    'a member who is removed',
    (id: string) => platform.db.member.deleteMany({ where: { userId: id } }),
  ],
  [
    'a grant that is taken back',
    (id: string) => platform.db.oauthGrant.deleteMany({ where: { userId: id } }),
  ],
])('of %s any token is refused within a second, and open streams end', async (_what, remove) => {
  const id = await addPerson()
  const good = await token({ sub: id })
  const stream = await openStream(server, good)
  await remove(id)
  await platform.events.publish({ type: 'person', userId: id })
  await endsWithin(1_000, stream)
  expect(await status(good)).toBe(401)
})

test.each([
  ['a team that is deleted', 'token'],
  ['a key that is revoked', 'key'],
])('%s ends its open streams within a second', async (_what, by) => {
  const { db, events } = platform
  const elsewhere = await platform.addTeam()
  const theirs = await platform.addServer(elsewhere)
  await platform.deploy(theirs, upstream.port)
  const id = await addPerson()
  await db.member.create({ data: { teamId: elsewhere, userId: id, role: 'caller' } })
  const grant = { userId: id, clientId: 'client', serverId: theirs.id }
  await db.oauthGrant.create({ data: { id: newId('grant'), ...grant } })
  await events.publish({ type: 'person', userId: id })
  const { id: keyId, key } = await platform.addKey(elsewhere)
  const used = by === 'key' ? key : await token({ sub: id, aud: `${url}/${theirs.slug}/mcp` })
  const stream = await openStream(theirs, used)
  if (by === 'key') await revokeApiKey(platform, { teamId: elsewhere, keyId })
  else {
    await db.team.update({ where: { id: elsewhere }, data: { deletedAt: new Date() } })
    await events.publish({ type: 'server', serverId: theirs.id })
  }
  await endsWithin(1_000, stream)
  expect(await status(used, `${url}/${theirs.slug}/mcp`)).toBe(401)
})

/** A stream on which nothing more comes, once its first event has. */
async function openStream({ slug }: TestServer, used: string) {
  await until(async () => (await status(used, `${url}/${slug}/mcp`)) === 200)
  const answer = await fetch(`${url}/${slug}/stream`, { headers: bearer(used) })
  const reader = answer.body?.getReader()
  const first = await reader?.read()
  expect(new TextDecoder().decode(first?.value)).toContain('begun')
  return { rest: reader?.read().catch(() => ({ done: true })) }
}

async function endsWithin(ms: number, { rest }: Awaited<ReturnType<typeof openStream>>) {
  const startedMs = performance.now()
  expect(await rest).toMatchObject({ done: true })
  expect(performance.now() - startedMs).toBeLessThan(ms)
}

/** With a client secret, and a token that came of it. */
async function addMachine(of = teamId, role: 'caller' | 'developer' = 'developer') {
  const id = newId('sa')
  await platform.db.serviceAccount.create({ data: { id, teamId: of, name: id, role } })
  await issueClientSecret(platform, { id, name: 'CI' })
  return { id, good: await token({ sub: id, client_id: id }) }
}

test('the token of a service account passes, and the server is told which one calls', async () => {
  const { id, good } = await addMachine()
  expect(await status(good)).toBe(200)
  const headers = upstream.seen.at(-1)?.headers
  expect(headers).toMatchObject({ 'moorage-user': id, 'moorage-role': 'developer' })
  expect(headers?.['moorage-email']).toBeUndefined()
})

test('of a service account no token is good at a server of another team, or under another client', async () => {
  const { id: stranger } = await addMachine(await platform.addTeam())
  expect(await status(await token({ sub: stranger, client_id: stranger }))).toBe(401)
  const { id } = await addMachine()
  expect(await status(await token({ sub: id, client_id: 'client' }))).toBe(401)
})

test.each<[string, (id: string) => Promise<unknown>]>([
  ['a secret that is revoked', (id) => removeClientSecret(platform, id)],
  [
    'a secret that is replaced',
    async (id) => {
      // A token says when it was given out in whole seconds.
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      await issueClientSecret(platform, { id, name: 'CI' })
    },
  ],
  [
    'a service account that is removed',
    async (id) => {
      await platform.db.serviceAccount.delete({ where: { id } })
      await platform.events.publish({ type: 'person', userId: id })
    },
  ],
])('%s ends tokens and open streams within a second', async (_what, end) => {
  const { id, good } = await addMachine()
  const stream = await openStream(server, good)
  await end(id)
  await endsWithin(1_000, stream)
  expect(await status(good)).toBe(401)
})

test('a service account whose event was lost is found when its token first comes', async () => {
  const id = newId('sa')
  await platform.db.serviceAccount.create({ data: { id, teamId, name: id, role: 'caller' } })
  const client = { id, clientId: id, serviceAccountId: id, createdAt: new Date() }
  await platform.db.oauthClient.create({ data: client })
  expect(await status(await token({ sub: id, client_id: id }))).toBe(200)
})

test('a grant whose event was lost is found when its token first comes', async () => {
  const id = newId('usr')
  await platform.db.user.create({
    data: { id, name: 'Bo', email: `${id}@test.test`, updatedAt: new Date() },
  })
  await platform.db.member.create({ data: { teamId, userId: id, role: 'viewer' } })
  await platform.db.oauthGrant.create({
    data: { id: newId('grant'), userId: id, clientId: 'client', serverId: server.id },
  })
  expect(await status(await token({ sub: id }))).toBe(200)
})

test('the doctor hears who read the metadata, and of a token that was refused, once a minute', async () => {
  const watched = await addServer()
  const endpoint = `${url}/${watched.slug}/mcp`
  await until(async () => (await status('mrg_none', endpoint)) === 401)
  await send(`${url}/.well-known/oauth-protected-resource/${watched.slug}/mcp`)
  for (let i = 0; i < 3; i += 1) expect(await status(await token(), endpoint)).toBe(401)
  const steps = () => platform.db.oauthEvent.findMany({ where: { serverId: watched.id } })
  await until(async () => (await steps()).length === 2)
  expect(await steps()).toMatchObject([
    { step: 'discovery', fault: null },
    { step: 'call', fault: expect.stringContaining('another server') },
  ])
})
