import type { Volume } from '@moorage/db/client'
import { holdVolume } from '@moorage/deployments/volumes/hold-volume'
import type { Builder } from '../context.ts'
import { standAside } from './stand-aside.ts'

/**
 * One instance has a volume at a time: two servers that write the same files, as an old and a new
 * version would for the moment of a switch, ruin what is in them. So the live instance stands aside
 * while the new one starts, requests wait for the one or the other, and where the new one does not
 * go live the old one is woken.
 */
export async function takeVolume(
  builder: Builder,
  of: { volume: Volume; deploymentId: string; signal: AbortSignal },
  goLive: () => Promise<boolean>,
): Promise<boolean> {
  const { deps } = builder
  const { id, serverId } = of.volume
  if (serverId === null) return goLive()
  let aside: string[] = []
  try {
    return await holdVolume(deps, id, of.signal, async () => {
      aside = await standAside(builder, { serverId, exceptDeployment: of.deploymentId })
      let isLive = false
      try {
        isLive = await goLive()
        return isLive
      } finally {
        if (!isLive && !builder.stopping.aborted) await endNew(builder, of.deploymentId)
      }
    })
  } finally {
    for (const instanceId of aside)
      await deps.events.publish({ type: 'wake', serverId, instanceId })
  }
}

/** Its container stays for who looks why it failed. */
async function endNew({ deps, driver, collectors }: Builder, deploymentId: string): Promise<void> {
  const instances = await deps.db.instance.findMany({
    where: { deploymentId, state: { not: 'stopped' } },
  })
  for (const { id } of instances) {
    await driver.stop(id, { graceMs: 5_000 })
    await collectors.settle(id)
  }
}
