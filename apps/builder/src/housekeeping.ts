import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Builder } from './context.ts'
import { packRepositories } from './pack-repositories.ts'
import { removeImagesOverDisk, removeUnkeptImages } from './retention.ts'

const dayMs = 86_400_000
/** Rows deleted in one statement, so that none holds its locks for long. */
const batch = 10_000

/** What grows without end is cut back: images and caches, logs, request rows, repositories. */
export async function keepHouse(builder: Builder): Promise<void> {
  const { deps, driver, env } = builder
  const servers = await deps.db.server.findMany({ select: { id: true } })
  for (const { id: serverId } of servers)
    await removeUnkeptImages(builder, { serverId, previewId: null })
  await removeImagesOverDisk(builder)
  await driver.pruneCaches({
    maxBytes: env.MOORAGE_KEEP_CACHE_MB * 2 ** 20,
    maxAgeMs: env.MOORAGE_KEEP_CACHE_DAYS * dayMs,
  })
  await deleteOldRows(builder)
  await removeRepositories(builder)
  await packRepositories(builder)
}

/** By age, and the oldest of more than so many. Ids count up, so they tell how many there are at most. */
export async function deleteOldRows({
  deps: { db },
  env,
  stopping,
}: Pick<Builder, 'deps' | 'env' | 'stopping'>): Promise<void> {
  const logsBefore = new Date(Date.now() - env.MOORAGE_KEEP_LOG_DAYS * dayMs)
  const requestsBefore = new Date(Date.now() - env.MOORAGE_KEEP_REQUEST_DAYS * dayMs)
  const lines = env.MOORAGE_KEEP_LOG_LINES
  const requests = env.MOORAGE_KEEP_REQUESTS
  const deletions = [
    () => db.$executeRaw`DELETE FROM "LogLine" WHERE id IN
      (SELECT id FROM "LogLine" WHERE at < ${logsBefore}
         OR id <= (SELECT max(id) FROM "LogLine") - ${lines}::bigint ORDER BY id LIMIT ${batch})`,
    () => db.$executeRaw`DELETE FROM "RequestLog" WHERE id IN
      (SELECT id FROM "RequestLog" WHERE at < ${requestsBefore}
         OR id <= (SELECT max(id) FROM "RequestLog") - ${requests}::bigint ORDER BY id LIMIT ${batch})`,
  ]
  for (const deleteBatch of deletions) while (!stopping.aborted && (await deleteBatch()) === batch);
}

/** What was pushed to servers that are gone. */
async function removeRepositories({ deps, env }: Builder): Promise<void> {
  const dir = join(env.MOORAGE_DATA_DIR, 'git')
  for (const name of await readdir(dir).catch(() => [])) {
    const id = /^(srv_[a-z0-9]+)\.git$/.exec(name)?.[1]
    if (!id || (await deps.db.server.count({ where: { id } })) > 0) continue
    await rm(join(dir, name), { recursive: true, force: true })
  }
}
