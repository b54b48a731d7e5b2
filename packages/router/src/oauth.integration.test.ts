import { newId } from '@moorage/domain/id'
import { generateKeyPair } from 'jose'
import { afterAll, expect, test } from 'vitest'
import { bearer, send } from './testing/client.ts'
import { type Claims, issuer, startOauthPlatform } from './testing/oauth-platform.ts'
import { until } from './testing/platform.ts'

const {
  platform,
  upstream,
  teamId,
  server,
  other,
  url,
  mcp,
  userId,
  addPerson,
  addServer,
  token,
  status,
  close,
} = await startOauthPlatform()
afterAll(close)

test('a token for this endpoint passes, and the server is told which person calls', async () => {
  expect(await status(await token())).toBe(200)
  expect(upstream.seen.at(-1)?.headers).toMatchObject({
    'moorage-user': userId,
    'moorage-role': 'caller',
  })
  expect(upstream.seen.at(-1)?.headers.authorization).toBeUndefined()
})

test('who is chosen, or signed in at all where that is enough, may call; nobody else', async () => {
  const setPolicy = async (policy: object) => {
    await platform.db.server.update({ where: { id: server.id }, data: { policy } })
    await platform.events.publish({ type: 'server', serverId: server.id })
  }
  const stranger = await addPerson()
  const becomes = async (sub: string, expected: number) =>
    until(async () => (await status(await token({ sub }))) === expected)
  await platform.db.member.deleteMany({ where: { userId: stranger } })
  await platform.events.publish({ type: 'person', userId: stranger })
  await becomes(stranger, 401)
  await setPolicy({ mayCall: 'signed_in' })
  await becomes(stranger, 200)
  await setPolicy({ mayCall: 'chosen', chosen: [`member:${stranger}`] })
  await becomes(stranger, 401)
  await becomes(userId, 401)
  await setPolicy({ mayCall: 'chosen', chosen: [`member:${userId}`] })
  await becomes(userId, 200)
  await setPolicy({})
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
  const one = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_note",'
  for (const named of ['"Name":"delete_note"}}', '"name":"read_note"}}'])
    expect((await call(plain, one + named)).status).toBe(403)
  const ping = '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call",'
  expect((await call(plain, `${ping}"params":{"name":"delete_note"}}`)).status).toBe(403)
  expect((await call(more, tool('delete_note'))).status).toBe(200)
  const { key } = await platform.addKey(teamId)
  await until(async () => (await call(key, tool('delete_note'))).status === 200)
})

test('the doctor hears who read the metadata, and of a token that was refused, once a minute', async () => {
  const watched = await addServer()
  const endpoint = `${url}/${watched.slug}/mcp`
  const { key } = await platform.addKey(teamId)
  // Only then it is known here: a name without a server looks the same to a stranger.
  await until(async () => (await status(key, endpoint)) === 200)
  await send(`${url}/.well-known/oauth-protected-resource/${watched.slug}/mcp`)
  for (let i = 0; i < 3; i += 1) expect(await status(await token(), endpoint)).toBe(401)
  const steps = () => platform.db.oauthEvent.findMany({ where: { serverId: watched.id } })
  await until(async () => (await steps()).length === 2)
  expect(await steps()).toMatchObject([
    { step: 'discovery', fault: null },
    { step: 'call', fault: expect.stringContaining('another server') },
  ])
})
