import { setTimeout as sleep } from 'node:timers/promises'
import type { Deployment } from '@moorage/db/client'
import { isDrained } from '@moorage/deployments/drain-state'
import { findRoute } from '@moorage/deployments/switch-route'
import type { Builder } from '../context.ts'

/** Time for a server to end by itself after SIGTERM. */
const graceMs = 10_000

/**
 * Ends the instances that no longer have this route: when no router has anything in flight
 * there any more, or at the cap. Requests that run to the old version finish there.
 */
export async function drainOld(
  builder: Builder,
  place: Pick<Deployment, 'serverId' | 'previewId'>,
  onLog: (line: string) => void,
): Promise<void> {
  const { db } = builder.deps
  const { serverId, previewId } = place
  const old = await db.instance.findMany({
    where: { serverId, deployment: { previewId }, state: 'draining' },
  })
  if (old.length === 0) return
  const route = await findRoute(db, place)
  const instanceIds = old.map((instance) => instance.id)
  // One that was paused may be wanted by sessions that stay with it.
  for (const instanceId of instanceIds) await builder.driver.resume(instanceId)
  const capAt = Date.now() + builder.env.MOORAGE_DRAIN_SECONDS
  while (!(await isDrained(builder.deps, { version: route?.version ?? 0n, instanceIds }))) {
    if (Date.now() > capAt) {
      onLog('Some requests to the old version were still running at the cap; they end now')
      break
    }
    await sleep(150, undefined, { signal: builder.stopping })
  }
  for (const instance of old) await endInstance(builder, instance.id, { graceMs })
}

/** Stops and removes it, keeping its last words. The row stays, as history. */
export async function endInstance(
  builder: Builder,
  instanceId: string,
  options: { graceMs: number },
): Promise<void> {
  await builder.driver.stop(instanceId, options)
  await builder.collectors.settle(instanceId)
  await builder.driver.remove(instanceId)
  await builder.deps.db.instance.updateMany({
    where: { id: instanceId },
    data: { state: 'stopped', stoppedAt: new Date() },
  })
}
