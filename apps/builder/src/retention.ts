import type { Deployment } from '@moorage/db/client'
import type { Builder } from './context.ts'

const dayMs = 86_400_000

/**
 * Removes images beyond those kept, by count and by age; a deployment without its image cannot go
 * live again. What is live, pinned or on its way stays. To a preview nobody goes back.
 */
export async function removeUnkeptImages(
  builder: Builder,
  { serverId, previewId }: Pick<Deployment, 'serverId' | 'previewId'>,
): Promise<void> {
  const { db } = builder.deps
  const { MOORAGE_KEEP_IMAGES, MOORAGE_KEEP_IMAGE_DAYS } = builder.env
  const retired = await db.deployment.findMany({
    where: { serverId, previewId, status: 'retired', imageId: { not: null } },
    orderBy: { finishedAt: 'desc' },
    select: { id: true, imageId: true, finishedAt: true },
  })
  const needed = await db.deployment.findMany({
    where: {
      serverId,
      OR: [{ status: { in: ['queued', 'building', 'starting', 'live'] } }, { pinned: true }],
    },
    select: { imageId: true, sourceId: true },
  })
  let spare = previewId === null ? MOORAGE_KEEP_IMAGES : 0
  const oldest = Date.now() - MOORAGE_KEEP_IMAGE_DAYS * dayMs
  const wanted = new Set(needed.flatMap((row) => row.imageId ?? []))
  const sources = new Set(needed.flatMap((row) => row.sourceId ?? []))
  for (const { id, imageId, finishedAt } of retired) {
    if (imageId === null || wanted.has(imageId)) continue
    const isYoung = finishedAt === null || finishedAt.getTime() > oldest
    if ((spare > 0 && isYoung) || sources.has(id)) {
      wanted.add(imageId)
      spare -= 1
      continue
    }
    await db.deployment.updateMany({
      where: { serverId, previewId, imageId },
      data: { imageId: null, envSealed: null },
    })
    // A preview's image may have been promoted.
    if ((await db.deployment.count({ where: { imageId } })) === 0)
      await builder.driver.removeImage(imageId)
  }
}
