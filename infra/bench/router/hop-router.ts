import { createEvents } from '@moorage/bus/events'
import { createDb } from '@moorage/db/client'
import { createRouter } from '@moorage/router/router'

// One worker, as apps/router runs it, that tells on demand what memory it takes.
const databaseUrl = process.env.DATABASE_URL ?? ''
const note = (fields: object, message: string) => console.error(message, fields)
const db = createDb(databaseUrl, { maxConnections: 5 })
const events = await createEvents({ databaseUrl, redisUrl: process.env.REDIS_URL })
const router = createRouter({
  ...{ db, events, logger: { info: () => {}, warn: note, error: note } },
  nodeId: process.env.NODE_ID ?? 'node_bench',
  encryptionKey: Buffer.from(process.env.ENCRYPTION_KEY ?? '', 'base64'),
  dashboardUrl: process.env.DASHBOARD_URL,
})
const startedMs = performance.now()
const { port } = await router.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ port, startMs: performance.now() - startedMs })

process.on('message', () => {
  globalThis.gc?.()
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
  process.send?.({ rss, heapUsed, external, arrayBuffers })
})
process.once('SIGTERM', async () => {
  await router.close({ graceMs: 1_000, lingerMs: 0 })
  await events.close()
  await db.$disconnect()
  process.exit()
})
