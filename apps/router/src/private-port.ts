import cluster from 'node:cluster'
import { clusterMetrics } from '@moorage/router/cluster-metrics'
import { createPrivateListener } from '@moorage/router/private-listener'
import type { Env } from './env.ts'
import { createLogger } from './logger.ts'

/** Metrics and health for operators, of all workers together; nothing where no port is set. */
export async function openPrivatePort(env: Env): Promise<void> {
  if (env.MOORAGE_ROUTER_METRICS_PORT === undefined) return
  const listening = new Set<number>()
  cluster.on('listening', ({ id }) => listening.add(id))
  cluster.on('exit', ({ id }) => listening.delete(id))
  const listener = createPrivateListener({
    metrics: clusterMetrics(),
    isReady: () => listening.size > 0,
  })
  const host = env.MOORAGE_ROUTER_METRICS_HOST
  const port = await listener.listen({ host, port: env.MOORAGE_ROUTER_METRICS_PORT })
  createLogger().info({ host, port }, 'Metrics are served')
}
