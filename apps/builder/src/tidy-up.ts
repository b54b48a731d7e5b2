import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Builder } from './context.ts'
import { endInstance } from './steps/drain.ts'

/** Removes all that an ended deployment made and no other one uses: instances, image, work files. */
export async function tidyUp(builder: Builder, deploymentId: string): Promise<void> {
  const { db } = builder.deps
  const deployment = await db.deployment.findUnique({
    where: { id: deploymentId },
    include: { instances: { where: { state: { not: 'stopped' } } } },
  })
  for (const instance of deployment?.instances ?? [])
    await endInstance(builder, instance.id, { graceMs: 0 })
  await rm(join(builder.env.MOORAGE_DATA_DIR, 'work', deploymentId), {
    recursive: true,
    force: true,
  })
  if (!deployment?.imageId) return
  const others = await db.deployment.count({
    where: { imageId: deployment.imageId, id: { not: deploymentId } },
  })
  if (others === 0) await builder.driver.removeImage(deployment.imageId)
  await db.deployment.update({ where: { id: deploymentId }, data: { imageId: null } })
}
