import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { createEvents } from '@moorage/bus/events'
import { createDb } from '@moorage/db/client'
import { testRedisUrl } from '@moorage/testing/services'
import { expect, test } from 'vitest'
import { bearer, send } from './testing/client.ts'
import { startPlatform, until } from './testing/platform.ts'
import { listTools, openSession } from './testing/raw-session.ts'
import { startSessionServer, startUpstream } from './testing/upstream.ts'

test('works on with what it knows while Postgres is away, and catches up when it is back', async () => {
  const platform = await startPlatform()
  const upstream = await startUpstream((_req, res) => res.end('ok'))
  const adminUrl = new URL(platform.databaseUrl)
  const name = adminUrl.pathname.slice(1)
  adminUrl.pathname = '/postgres'
  const admin = createDb(adminUrl.href, { maxConnections: 1 })
  const teamId = await platform.addTeam()
  const server = await platform.addServer(teamId)
  await platform.deploy(server, upstream.port)
  const withSessions = await startSessionServer('kept')
  const stateful = await platform.addServer(teamId)
  await platform.deploy(stateful, withSessions.port)
  const { key } = await platform.addKey(teamId)
  const { url, nodeId } = await platform.startRouter()
  const sessions = `${url}/${stateful.slug}/mcp`
  const before = await openSession(sessions, key)
  const call = () => send(`${url}/${server.slug}/mcp`, { headers: bearer(key) })
  expect((await call()).status).toBe(200)

  await admin.$executeRawUnsafe(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`)
  await admin.$executeRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`
  for (let i = 0; i < 20; i += 1) expect((await call()).status).toBe(200)
  await until(() => platform.problems.includes('Request log could not be written yet'))
  expect((await call()).status).toBe(200)
  const during = await openSession(sessions, key)
  for (const id of [before, during]) expect((await listTools(sessions, id, key)).status).toBe(200)
  // It may be another router's, so its client should not give it up.
  expect((await listTools(sessions, 'unheard-of', key)).status).toBe(503)

  await admin.$executeRawUnsafe(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`)
  await until(
    async () =>
      (await platform.db.requestLog.count({ where: { serverId: server.id, status: 200 } })) === 22,
  )
  const again = await platform.deploy(server, upstream.port)
  await platform.drained(nodeId, again.version, [])
  const kept = { sessionId: { in: [before, during] } }
  await until(async () => (await platform.db.session.count({ where: kept })) === 2)
  await platform.close()
  await withSessions.stop()
  await admin.$disconnect()
  await upstream.stop()
})

test('works on while Redis is away, and looks for changes by itself', async () => {
  const redis = await startCuttable(new URL(testRedisUrl()))
  const platform = await startPlatform()
  const events = await createEvents({ databaseUrl: platform.databaseUrl, redisUrl: redis.url })
  const [one, two] = [
    await startUpstream((_req, res) => res.end('one')),
    await startUpstream((_req, res) => res.end('two')),
  ]
  const teamId = await platform.addTeam()
  const server = await platform.addServer(teamId)
  await platform.deploy(server, one.port)
  const { key } = await platform.addKey(teamId)
  const { url, nodeId } = await platform.startRouter({ events })
  const call = async () => (await send(`${url}/${server.slug}/mcp`, { headers: bearer(key) })).text
  expect(await call()).toBe('one')

  await redis.cut()
  for (let i = 0; i < 20; i += 1) expect(await call()).toBe('one')
  const { version } = await platform.deploy(server, two.port)
  await until(async () => (await call()) === 'two', 20_000)
  // A drain gets its answer too.
  await platform.drained(nodeId, version, [])
  await until(async () => (await platform.db.requestLog.count()) > 20)
  await platform.close()
  await events.close()
  await Promise.all([one.stop(), two.stop()])
})

/** A way to Redis that can be cut, as the one that the tests share has to stay. */
async function startCuttable(to: URL): Promise<{ url: string; cut(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const out = connect(Number(to.port), to.hostname)
    for (const one of [socket, out]) {
      sockets.add(one)
      one.on('error', () => {})
    }
    socket.pipe(out).pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

test('a server answers from the moment it is live, though nobody has told this router', async () => {
  const platform = await startPlatform()
  const upstream = await startUpstream((_req, res) => res.end('ok'))
  const teamId = await platform.addTeam()
  const server = await platform.addServer(teamId)
  const { key } = await platform.addKey(teamId)
  const nobody = {
    publish: async () => {},
    subscribe: async () => async () => {},
    close: async () => {},
  }
  const { url } = await platform.startRouter({ events: nobody })
  const call = () => send(`${url}/${server.slug}/mcp`, { headers: bearer(key) })
  expect((await call()).status).toBe(503)
  await platform.deploy(server, upstream.port)
  expect((await call()).status).toBe(200)
  await platform.close()
  await upstream.stop()
})
