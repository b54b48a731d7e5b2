import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newId } from '@moorage/domain/id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, send } from './testing/client.ts'
import { startPlatform, type TestPlatform, type TestServer, until } from './testing/platform.ts'

let platform: TestPlatform
let teamId: string
let url: string
const upstreams: Server[] = []

beforeAll(async () => {
  platform = await startPlatform()
  teamId = await platform.addTeam()
  url = (await platform.startRouter()).url
})

afterAll(async () => {
  await platform.close()
  for (const upstream of upstreams) upstream.close()
})

/** A server that says its name to whatever it is asked. */
async function upstream(name: string): Promise<number> {
  const server = createServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ name }))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  upstreams.push(server)
  return (server.address() as AddressInfo).port
}

/** As the builder writes it: a preview that is live. */
async function addPreview(server: TestServer, name: string, port: number): Promise<string> {
  const { db } = platform
  const [id, deploymentId] = [newId('prv'), newId('dep')]
  const expiresAt = new Date(Date.now() + 60_000)
  await db.preview.create({ data: { id, serverId: server.id, name, ref: name, expiresAt } })
  const of = { serverId: server.id, deploymentId }
  const live = { kind: 'preview', status: 'live', trigger: 'push', previewId: id } as const
  const plan = { path: '/mcp', port: 8000, transport: 'streamable-http' }
  await db.deployment.create({ data: { id: deploymentId, serverId: server.id, plan, ...live } })
  const place = { runtime: 'process', host: '127.0.0.1', port, state: 'ready' } as const
  await db.instance.create({ data: { id: newId('ins'), ...of, ...place } })
  const [row] = await db.$queryRaw<{ v: bigint }[]>`SELECT nextval('route_version') AS v`
  await db.preview.update({ where: { id }, data: { deploymentId, version: row?.v ?? 0n } })
  await platform.events.publish({ type: 'route', serverId: server.id, version: `${row?.v}` })
  return id
}

const ask = (slug: string, key: string | null) =>
  send(`${url}/${slug}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? bearer(key) : {}) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  })

const serves = async (slug: string, key: string | null, name: string) =>
  (await ask(slug, key)).text.includes(name)

test('a preview answers beside production at a name of its own, and production as before', async () => {
  const server = await platform.addServer(teamId)
  const { key } = await platform.addKey(teamId)
  await platform.deploy(server, await upstream('production-one'))
  await addPreview(server, 'feature-x', await upstream('preview-one'))
  await until(() => serves(`${server.slug}--feature-x`, key, 'preview-one'))
  await until(() => serves(server.slug, key, 'production-one'))
  await platform.db.preview.deleteMany({ where: { serverId: server.id } })
  await platform.events.publish({ type: 'server', serverId: server.id })
  await until(async () => (await ask(`${server.slug}--feature-x`, key)).status === 404)
  expect(await serves(server.slug, key, 'production-one')).toBe(true)
})

test('whoever may call the server may call its previews, and nobody else', async () => {
  const server = await platform.addServer(teamId)
  const preview = `${server.slug}--x`
  await addPreview(server, 'x', await upstream('preview-two'))
  const { key } = await platform.addKey(teamId, { serverId: server.id })
  await until(() => serves(preview, key, 'preview-two'))
  expect((await ask(preview, null)).status).toBe(401)
  const other = await platform.addServer(teamId)
  const { key: wrong } = await platform.addKey(teamId, { serverId: other.id })
  await until(async () => (await ask(preview, wrong)).status === 403)
  const stranger = await platform.addKey(await platform.addTeam())
  await until(async () => (await ask(preview, stranger.key)).status === 404)
  const change = { where: { id: server.id }, data: { access: 'public' } } as const
  await platform.db.server.update(change)
  await platform.events.publish({ type: 'server', serverId: server.id })
  await until(() => serves(preview, null, 'preview-two'))
})

test("calls of a preview are in its server's request log", async () => {
  const server = await platform.addServer(teamId)
  const { key } = await platform.addKey(teamId)
  await addPreview(server, 'logged', await upstream('preview-three'))
  await until(() => serves(`${server.slug}--logged`, key, 'preview-three'))
  await until(
    async () => (await platform.db.requestLog.count({ where: { serverId: server.id } })) > 0,
  )
})
