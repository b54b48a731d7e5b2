import { createDb } from '@moorage/db/client'
import { expect, test } from 'vitest'
import { bearer, send } from './testing/client.ts'
import { startPlatform, until } from './testing/platform.ts'
import { startUpstream } from './testing/upstream.ts'

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
  const { key } = await platform.addKey(teamId)
  const { url, nodeId } = await platform.startRouter()
  const call = () => send(`${url}/${server.slug}/mcp`, { headers: bearer(key) })
  expect((await call()).status).toBe(200)

  await admin.$executeRawUnsafe(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`)
  await admin.$executeRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`
  for (let i = 0; i < 20; i += 1) expect((await call()).status).toBe(200)
  await until(() => platform.problems.includes('Request log could not be written yet'))
  expect((await call()).status).toBe(200)

  await admin.$executeRawUnsafe(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`)
  await until(async () => (await platform.db.requestLog.count({ where: { status: 200 } })) === 22)
  const again = await platform.deploy(server, upstream.port)
  await platform.drained(nodeId, again.version, [])
  await platform.close()
  await admin.$disconnect()
  await upstream.stop()
})
