import { setTimeout as sleep } from 'node:timers/promises'
import { isDrained } from '@moorage/deployments/drain-state'
import { refreshRoute } from '@moorage/deployments/switch-route'
import type { Builder } from '../context.ts'

/** So long calls that are under way have to end; new ones wait meanwhile. */
const capMs = 10_000
const graceMs = 10_000

/**
 * Ends the server's live instances, as if they had fallen asleep: requests wait at the routers from
 * now on. Call it only while the volume is held, or they are woken at once. The ids of those that ran.
 */
export async function standAside(
  builder: Builder,
  { serverId, exceptDeployment }: { serverId: string; exceptDeployment?: string },
): Promise<string[]> {
  const { deps, driver, collectors } = builder
  const found = await deps.db.instance.findMany({
    where: {
      ...{
        serverId,
        runtime: driver.name,
        state: { in: ['ready', 'paused', 'asleep', 'crashed'] },
      },
      deployment: { previewId: null, status: 'live', id: { not: exceptDeployment ?? '' } },
    },
  })
  const instanceIds = found.map(({ id }) => id)
  if (instanceIds.length === 0) return []
  await deps.db.instance.updateMany({
    where: { id: { in: instanceIds }, deployment: { status: 'live' } },
    data: { state: 'asleep' },
  })
  const version = await refreshRoute(deps, { serverId, previewId: null })
  for (const end = Date.now() + capMs; Date.now() < end; await sleep(20))
    if (await isDrained(deps, { version: version ?? 0n, instanceIds })) break
  for (const instanceId of instanceIds) {
    await driver.stop(instanceId, { graceMs })
    await collectors.settle(instanceId)
  }
  return found.filter(({ state }) => state !== 'asleep').map(({ id }) => id)
}
