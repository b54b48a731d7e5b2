import type { Deployment } from '@moorage/db/client'
import type { Builder } from './context.ts'

/** Images kept for rollback, besides the live one; to a preview nobody goes back. */
const keptImages = 5

/** Removes images beyond those kept; a deployment without its image cannot go live again. */
export async function removeUnkeptImages(
  builder: Builder,
  { serverId, previewId }: Pick<Deployment, 'serverId' | 'previewId'>,
): Promise<void> {
  const { db } = builder.deps
  const retired = await db.deployment.findMany({
    where: { serverId, previewId, status: 'retired', imageId: { not: null } },
    orderBy: { finishedAt: 'desc' },
    select: { id: true, imageId: true },
  })
  const live = await db.deployment.findMany({
    where: { serverId, status: { in: ['queued', 'building', 'starting', 'live'] } },
    select: { imageId: true, sourceId: true },
  })
  let spare = previewId === null ? keptImages : 0
  const wanted = new Set(live.flatMap((row) => row.imageId ?? []))
  const sources = new Set(live.flatMap((row) => row.sourceId ?? []))
  for (const { id, imageId } of retired) {
    if (imageId === null || wanted.has(imageId)) continue
    if (spare > 0 || sources.has(id)) {
      wanted.add(imageId)
      spare -= 1
      continue
    }
    await db.deployment.updateMany({
      where: { serverId, previewId, imageId },
      data: { imageId: null },
    })
    // A preview's image may have been promoted.
    if ((await db.deployment.count({ where: { imageId } })) === 0)
      await builder.driver.removeImage(imageId)
  }
}
