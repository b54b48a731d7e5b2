import type { Builder } from './context.ts'

/** Images kept for rollback, besides the live one. */
const keptImages = 5

/** Removes a server's images beyond those kept; a deployment without its image cannot go live again. */
export async function removeUnkeptImages(builder: Builder, serverId: string): Promise<void> {
  const { db } = builder.deps
  const retired = await db.deployment.findMany({
    where: { serverId, status: 'retired', imageId: { not: null } },
    orderBy: { finishedAt: 'desc' },
    select: { id: true, imageId: true },
  })
  const live = await db.deployment.findMany({
    where: { serverId, status: { in: ['queued', 'building', 'starting', 'live'] } },
    select: { imageId: true, sourceId: true },
  })
  const wanted = new Set(live.flatMap((row) => row.imageId ?? []))
  const sources = new Set(live.flatMap((row) => row.sourceId ?? []))
  for (const { id, imageId } of retired) {
    if (imageId === null || wanted.has(imageId)) continue
    if (wanted.size <= keptImages || sources.has(id)) {
      wanted.add(imageId)
      continue
    }
    await builder.driver.removeImage(imageId)
    await db.deployment.updateMany({ where: { serverId, imageId }, data: { imageId: null } })
  }
}
