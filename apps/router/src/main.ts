import process from 'node:process'
import { createEvents } from '@moorage/bus/events'
import { createDb } from '@moorage/db/client'
import { createRouter } from '@moorage/router/router'
import { pino } from 'pino'
import { readEnv } from './env.ts'

const env = readEnv()
const logger = pino({ name: 'router', serializers: { error: pino.stdSerializers.err } })
const db = createDb(env.DATABASE_URL, { maxConnections: 5 })
const events = await createEvents({ databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL })
const router = createRouter({
  db,
  events,
  logger,
  nodeId: env.MOORAGE_NODE_ID,
  baseDomain: env.MOORAGE_BASE_DOMAIN,
  dashboardUrl: env.MOORAGE_DASHBOARD_URL,
  trustProxy: env.MOORAGE_TRUST_PROXY,
})

let ending = false
async function end(why: string): Promise<void> {
  if (ending) return
  ending = true
  logger.info({ why }, 'Router is ending')
  await router.close()
  await events.close()
  await db.$disconnect()
  process.exit(0)
}
process.on('SIGTERM', () => void end('SIGTERM'))
process.on('SIGINT', () => void end('SIGINT'))
// The supervisor that started this process is gone, and nobody else would end it.
if (process.send) process.on('disconnect', () => void end('parent is gone'))

const { port } = await router.listen({
  host: env.MOORAGE_ROUTER_HOST,
  port: env.MOORAGE_ROUTER_PORT,
})
logger.info({ host: env.MOORAGE_ROUTER_HOST, port }, 'Router is listening')
