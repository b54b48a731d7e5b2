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
    await dropImage(builder, { serverId, previewId, imageId })
  }
}

/**
 * Removes the longest retired images of all servers until all images together are within
 * MOORAGE_KEEP_IMAGES_MB; what they share is counted for each. What is live, pinned, on its way or the
 * source of such stays, whatever its size.
 */
export async function removeImagesOverDisk(builder: Builder): Promise<void> {
  const rows = await builder.deps.db.$queryRaw<Kept[]>`
    SELECT "imageId", max("imageSizeBytes")::float8 AS bytes,
           bool_or(status <> 'retired' OR pinned OR EXISTS (SELECT 1 FROM "Deployment" n
             WHERE n."sourceId" = d.id
               AND (n.status IN ('queued', 'building', 'starting', 'live') OR n.pinned))) AS "isNeeded"
    FROM "Deployment" d WHERE "imageId" IS NOT NULL
    GROUP BY "imageId" ORDER BY max("finishedAt") NULLS LAST`
  let bytes = rows.reduce((sum, row) => sum + (row.bytes ?? 0), 0)
  for (const { imageId, isNeeded, ...row } of rows) {
    if (bytes <= builder.env.MOORAGE_KEEP_IMAGES_MB * 2 ** 20) return
    if (isNeeded) continue
    await dropImage(builder, { imageId })
    bytes -= row.bytes ?? 0
  }
}

type Kept = { imageId: string; bytes: number | null; isNeeded: boolean }

/**
 * From these deployments, and from the engine where no other has it: a preview's may have been
 * promoted. One that is live or on its way again by now, as removing others takes its time, keeps it.
 */
async function dropImage(
  { deps: { db }, driver }: Builder,
  of: { imageId: string; serverId?: string; previewId?: string | null },
): Promise<void> {
  const { imageId, serverId = null, previewId = null } = of
  await db.$executeRaw`
    UPDATE "Deployment" d SET "imageId" = NULL, "envSealed" = NULL
    WHERE d."imageId" = ${imageId} AND d.status = 'retired' AND NOT d.pinned
      AND (${serverId === null} OR (d."serverId" = ${serverId}
        AND d."previewId" IS NOT DISTINCT FROM ${previewId}))
      AND NOT EXISTS (SELECT 1 FROM "Deployment" n WHERE n."sourceId" = d.id
        AND (n.status IN ('queued', 'building', 'starting', 'live') OR n.pinned))`
  if ((await db.deployment.count({ where: { imageId } })) === 0) await driver.removeImage(imageId)
}
