import process from 'node:process'
import { withPrevious } from '@moorage/access/secret-box'
import { createEvents } from '@moorage/bus/events'
import { createDb } from '@moorage/db/client'
import { answerForMetrics } from '@moorage/router/cluster-metrics'
import { createRouter, type Patience } from '@moorage/router/router'
import type { Env } from './env.ts'
import { createLogger } from './logger.ts'
import { retireMessage, rotateMessage } from './run-workers.ts'

/** Another worker takes over, so there is time: for long calls, and for connections between two requests. */
const retiring: Patience = { graceMs: 15 * 60_000, lingerMs: 5_000 }
const hurriedMs = 15_000

/** One router, in a process of its own, until it is told to end. */
export async function runRouter(env: Env): Promise<void> {
  const logger = createLogger()
  const db = createDb(env.DATABASE_URL, { maxConnections: 5 })
  const events = await createEvents({ databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL })
  const router = createRouter({
    db,
    events,
    logger,
    nodeId: env.MOORAGE_NODE_ID,
    encryptionKey: withPrevious(env.MOORAGE_ENCRYPTION_KEY, env.MOORAGE_ENCRYPTION_KEY_PREVIOUS),
    publicUrl: env.MOORAGE_ROUTER_URL,
    otlpUrl: env.MOORAGE_OTLP_URL,
    certificatesDir: env.MOORAGE_ROUTER_CERTIFICATES,
    baseDomain: env.MOORAGE_BASE_DOMAIN,
    dashboardUrl: env.MOORAGE_DASHBOARD_URL,
    trustProxy: env.MOORAGE_TRUST_PROXY,
    remotes: {
      trustedHosts: env.MOORAGE_TRUSTED_REMOTE_HOSTS,
      caFile: env.MOORAGE_BUILD_CA_FILE,
    },
  })

  answerForMetrics(router.metrics)

  let begunMs = 0
  async function end(why: string, patience?: Patience): Promise<void> {
    // Told to end while it retires: no longer so patient.
    if (begunMs > 0) {
      Object.assign(retiring, { lingerMs: 0, graceMs: Date.now() - begunMs + hurriedMs })
      return
    }
    begunMs = Date.now()
    logger.info({ why }, 'Router is ending')
    await router.close(patience)
    await events.close()
    await db.$disconnect()
    process.exit(0)
  }
  async function rotate(): Promise<void> {
    await router
      .rotateIdentityKey()
      .catch((error: unknown) => logger.error({ error }, 'The key of the identity stays'))
  }
  process.on('SIGTERM', () => void end('SIGTERM'))
  process.on('SIGINT', () => void end('SIGINT'))
  process.on('message', (message) => {
    if (message === retireMessage) void end('another takes over', retiring)
    if (message === rotateMessage) void rotate()
  })

  const at = { host: env.MOORAGE_ROUTER_HOST, port: env.MOORAGE_ROUTER_PORT }
  const { port } = await router.listen(at)
  logger.info({ ...at, port }, 'Router is listening')
}
