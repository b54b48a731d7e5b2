import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { sealCallerSecret } from '@moorage/access/caller-secret'
import { newId } from '@moorage/domain/id'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { bearer, send } from './testing/client.ts'
import { issuer, startOauthPlatform } from './testing/oauth-platform.ts'
import { type TestServer, until } from './testing/platform.ts'
import { startModernServer, type Upstream } from './testing/upstream.ts'

const { platform, upstream, teamId, server, other, url, mcp, addPerson, addServer, token, close } =
  await startOauthPlatform()
const asked = [
  { name: 'github', header: 'X-GitHub-Token' },
  { name: 'jira', header: 'Authorization' },
]
const page = `${issuer}/connect/${server.slug}`
let ann: string
let bob: string
let modern: Upstream

beforeAll(async () => {
  ;[ann, bob] = [await addPerson(), await addPerson()]
  modern = await startModernServer('modern')
  await platform.deploy(server, upstream.port, { callerSecrets: asked })
  await until(async () => (await use(await token({ sub: ann }))).text.includes('"error"'))
})
beforeEach(async () => {
  await platform.db.callerSecret.deleteMany()
  for (const userId of [ann, bob]) {
    await platform.events.publish({ type: 'person', userId })
    const secret = await token({ sub: userId })
    await until(async () => (await use(secret)).text.includes('github'))
  }
})
afterAll(async () => {
  await modern.stop()
  await close()
})

async function enter(userId: string, name: string, value: string, at: TestServer = server) {
  const place = { userId, serverId: at.id, name }
  const sealed = sealCallerSecret(platform.encryptionKey, place, value)
  await platform.db.callerSecret.upsert({
    where: { userId_serverId_name: place },
    create: { id: newId('csec'), ...place, value: sealed },
    update: { value: sealed },
  })
  await platform.events.publish({ type: 'person', userId })
}

/** A tool call, or another request. */
function use(
  secret: string,
  headers: Record<string, string> = {},
  method = 'tools/call',
  at = mcp,
) {
  return send(at, {
    method: 'POST',
    headers: { ...bearer(secret), 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 7, method, params: { name: 'x' } }),
  })
}

const reached = async (secret: string) => (await use(secret)).text === 'ok'
const last = () => upstream.seen.at(-1)?.headers ?? {}

test('each caller has their own values handed on, by token and by key, and the log has none of them', async () => {
  const [ofAnn, ofBob] = [await token({ sub: ann }), await token({ sub: bob })]
  for (const [who, userId] of [
    ['ann', ann],
    ['bob', bob],
  ] as const)
    for (const { name } of asked) await enter(userId, name, `${who}-${name}`)
  await until(async () => (await reached(ofAnn)) && (await reached(ofBob)))
  await use(ofAnn)
  expect(last()).toMatchObject({ 'x-github-token': 'ann-github', authorization: 'Bearer ann-jira' })
  await use(ofBob)
  expect(last()).toMatchObject({ 'x-github-token': 'bob-github', authorization: 'Bearer bob-jira' })
  const { key } = await platform.addKey(teamId, { createdById: ann })
  await until(() => reached(key))
  expect(last()['x-github-token']).toBe('ann-github')

  const { db } = platform
  await until(async () => (await db.requestLog.count({ where: { serverId: server.id } })) > 0)
  const rows = [await db.requestLog.findMany(), await db.callerSecret.findMany()]
  const stored = JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? '' : value))
  expect(stored).toContain('v1.')
  expect(stored).not.toMatch(/(?:ann|bob)-(?:github|jira)/)
})

test('what a client itself sends under such a name is dropped, however it is spelt', async () => {
  const ofAnn = await token({ sub: ann })
  const forged = { 'x-github-token': 'forged', X_GitHub_Token: 'forged' }
  await until(async () => (await use(ofAnn, forged, 'tools/list')).text === 'ok')
  expect(JSON.stringify(last())).not.toContain('forged')
  for (const { name } of asked) await enter(ann, name, 'mine')
  await until(() => reached(ofAnn))
  await use(ofAnn, forged)
  expect(last()['x-github-token']).toBe('mine')
  expect(JSON.stringify(last())).not.toContain('forged')
})

test('without them a use is refused with where to enter them, and the rest passes', async () => {
  const ofAnn = await token({ sub: ann })
  const refused = async (headers: Record<string, string>, method = 'tools/call') =>
    JSON.parse((await use(ofAnn, headers, method)).text)
  const known = { 'MCP-Protocol-Version': '2025-11-25' }
  for (const method of ['tools/call', 'prompts/get', 'resources/read'])
    expect(await refused(known, method)).toMatchObject({
      id: 7,
      error: {
        code: -32042,
        message: expect.stringContaining(page),
        data: { elicitations: [{ mode: 'url', url: page, elicitationId: expect.any(String) }] },
      },
    })
  const older = await refused({ 'MCP-Protocol-Version': '2025-06-18' })
  expect(older.error).toEqual({ code: -32000, message: expect.stringContaining(page) })
  for (const method of ['initialize', 'tools/list', 'ping'])
    expect((await use(ofAnn, known, method)).text).toBe('ok')
  await enter(ann, 'github', 'mine')
  await until(async () => !(await use(ofAnn)).text.includes('github'))
  expect((await use(ofAnn)).text).toContain('jira')
})

test('a client of 2026-07-28 is led to the page and its call goes on, and one that opens no pages is told of it', async () => {
  const at = await platform.addServer(teamId, {})
  await platform.deploy(at, modern.port, { callerSecrets: asked.slice(0, 1) })
  const { key } = await platform.addKey(teamId, { createdById: bob })
  const urls: string[] = []
  const connected = async (elicitation: object) => {
    const client = new Client(
      { name: 'test-client', version: '1.0.0' },
      { capabilities: elicitation, versionNegotiation: { mode: { pin: '2026-07-28' } } },
    )
    if ('elicitation' in elicitation)
      client.setRequestHandler('elicitation/create', async ({ params }) => {
        if (params.mode === 'url') urls.push(params.url)
        await enter(bob, 'github', 'entered', at)
        await until(async () => (await use(key, {}, 'tools/call', target)).status !== 200)
        return { action: 'accept' }
      })
    await client.connect(
      new StreamableHTTPClientTransport(new URL(target), { requestInit: { headers: bearer(key) } }),
    )
    return client
  }
  const target = `${url}/${at.slug}/mcp`
  await until(async () => (await use(key, {}, 'tools/call', target)).text.includes('github'))
  const echo = { name: 'echo', arguments: { text: 'hello' } }
  const plain = await connected({})
  await expect(plain.callTool(echo)).rejects.toThrow(`${issuer}/connect/${at.slug}`)
  await plain.close()
  const able = await connected({ elicitation: { url: {} } })
  expect(await able.callTool(echo)).toMatchObject({ content: [{ text: 'modern: hello' }] })
  await able.close()
  expect(urls).toEqual([`${issuer}/connect/${at.slug}`])
  expect(modern.seen.at(-1)?.headers['x-github-token']).toBe('entered')
})

test('a change and a removal count within a second', async () => {
  const ofAnn = await token({ sub: ann })
  for (const { name } of asked) await enter(ann, name, 'first')
  await until(() => reached(ofAnn))
  let changedMs = Date.now()
  await enter(ann, 'github', 'second')
  await until(async () => (await reached(ofAnn)) && last()['x-github-token'] === 'second')
  expect(Date.now() - changedMs).toBeLessThan(1_000)
  changedMs = Date.now()
  await platform.db.callerSecret.deleteMany({ where: { userId: ann, name: 'github' } })
  await platform.events.publish({ type: 'person', userId: ann })
  await until(async () => !(await reached(ofAnn)))
  expect(Date.now() - changedMs).toBeLessThan(1_000)
})

test('a key of nobody is told that a person is needed', async () => {
  const { key } = await platform.addKey(teamId)
  await until(async () => (await use(key)).status === 200)
  expect((await use(key)).text).toContain('this caller is no person')
})

test('a server that is not private is refused its calls, with the reason', async () => {
  const open = await addServer('public')
  await platform.deploy(open, upstream.port, { callerSecrets: asked })
  const at = `${url}/${open.slug}/mcp`
  await until(async () => (await use('', {}, 'tools/call', at)).text.includes('is not private'))
})

test('a preview asks for nothing and gets nothing', async () => {
  for (const { name } of asked) await enter(ann, name, 'mine')
  const [id, deploymentId] = [newId('prv'), newId('dep')]
  const { db } = platform
  const expiresAt = new Date(Date.now() + 60_000)
  const serverId = server.id
  await db.preview.create({ data: { id, serverId, name: 'next', ref: 'next', expiresAt } })
  const live = { kind: 'preview', status: 'live', trigger: 'push', previewId: id } as const
  const plan = { callerSecrets: asked }
  await db.deployment.create({ data: { id: deploymentId, serverId, plan, ...live } })
  const place = { runtime: 'process', host: '127.0.0.1', state: 'ready' } as const
  await db.instance.create({
    data: { id: newId('ins'), serverId, deploymentId, port: upstream.port, ...place },
  })
  await db.preview.update({ where: { id }, data: { deploymentId } })
  await platform.events.publish({ type: 'server', serverId })
  const at = `${url}/${server.slug}--next/mcp`
  const secret = await token({ sub: ann, aud: at })
  await until(async () => (await use(secret, {}, 'tools/call', at)).text === 'ok')
  expect(JSON.stringify(last())).not.toContain('mine')
})

test('no other server gets them', async () => {
  for (const { name } of asked) await enter(ann, name, 'mine')
  await until(async () => reached(await token({ sub: ann })))
  const elsewhere = `${url}/${other.slug}/mcp`
  await use(await token({ sub: ann, aud: elsewhere }), {}, 'tools/call', elsewhere)
  expect(JSON.stringify(last())).not.toContain('mine')
})
