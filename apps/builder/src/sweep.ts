import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { tendInspections } from '@moorage/deployments/inspection'
import { removeExpiredPreviews } from '@moorage/deployments/remove-preview'
import { removeDeletedTeams } from '@moorage/deployments/teams/delete-team'
import { requeueUnfinished } from '@moorage/deployments/unfinished-deployments'
import { activeStatuses } from '@moorage/domain/deployment'
import type { Builder } from './context.ts'
import type { Running } from './deploy.ts'
import { tidyUp } from './tidy-up.ts'

/** Finds what a crash, a lost event or a lost job left behind, and sets it going again or removes it. */
export async function sweep(builder: Builder, running: Running): Promise<void> {
  const { deps, env } = builder
  await removeExpiredPreviews(deps)
  await removeDeletedTeams(deps)
  const unfinished = new Set([...(await requeueUnfinished(deps)), ...(await tendInspections(deps))])
  const stopped = await deps.db.deployment.findMany({
    where: {
      id: { in: [...running.keys()] },
      OR: [{ cancelRequestedAt: { not: null } }, { status: { in: ['canceled', 'superseded'] } }],
    },
    select: { id: true },
  })
  for (const { id } of stopped) running.get(id)?.abort()

  const untidy = await deps.db.deployment.findMany({
    where: {
      id: { notIn: [...running.keys()] },
      status: { in: ['failed', 'canceled', 'superseded'] },
      imageId: { not: null },
    },
    select: { id: true },
  })
  for (const { id } of untidy) await tidyUp(builder, id)

  const workDir = join(env.MOORAGE_DATA_DIR, 'work')
  for (const name of await readdir(workDir).catch(() => []))
    if (!unfinished.has(name) && !running.has(name))
      await rm(join(workDir, name), { recursive: true, force: true })

  await removeOrphanImages(builder)
}

/** Images that no deployment names: of servers that were removed, of builds whose record was lost. */
async function removeOrphanImages({ deps, driver }: Builder): Promise<void> {
  // First what is there, then who may want it: a build that ends in between is not mistaken for one.
  const images = await driver.listImages()
  const rows = await deps.db.deployment.findMany({
    where: {
      OR: [
        { imageId: { in: images.map((image) => image.id) } },
        {
          id: { in: images.map((image) => image.deploymentId) },
          status: { in: [...activeStatuses] },
        },
      ],
    },
    select: { id: true, imageId: true },
  })
  const wanted = new Set(rows.flatMap((row) => [row.id, row.imageId]))
  for (const { id, deploymentId } of images)
    if (!wanted.has(id) && !wanted.has(deploymentId)) await driver.removeImage(id)
}
