import { readdir, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Volume } from '@moorage/db/client'
import { backupFile, backupsDir } from '@moorage/deployments/volumes/backup-file'
import { uploadMs } from '@moorage/deployments/volumes/upload-backup'
import type { Builder } from '../context.ts'

const dayMs = 86_400_000

/** Removes volumes and backups that no row names or that are too old. */
export async function sweepVolumes(builder: Builder): Promise<void> {
  const { deps, driver } = builder
  // First what is there, then who wants it: one that is made in between is not mistaken for one.
  const there = await driver.listVolumes()
  const rows = await deps.db.volume.findMany()
  for (const name of there) {
    const row = rows.find(({ id }) => name.startsWith(`${id}-`))
    if (!row || isOlder(name, row)) await driver.removeVolume(name)
  }
  await endLostUploads(builder)
  for (const row of rows) await removeUnkeptBackups(builder, row)
  await removeOrphanFiles(builder)
}

/** A later one is being filled by a restore. */
function isOlder(name: string, { generation }: Volume): boolean {
  return Number(name.slice(name.lastIndexOf('-') + 1)) < generation
}

/** Of a dashboard that ended while it took one in. */
async function endLostUploads({ deps }: Builder): Promise<void> {
  const createdAt = { lt: new Date(Date.now() - uploadMs) }
  await deps.db.volumeBackup.deleteMany({
    where: { origin: 'upload', status: 'waiting', createdAt },
  })
}

async function removeUnkeptBackups(
  { deps, env }: Builder,
  { id, restoreId }: Volume,
): Promise<void> {
  const backups = await deps.db.volumeBackup.findMany({
    where: { volumeId: id, status: { not: 'waiting' } },
    orderBy: { createdAt: 'desc' },
  })
  const oldest = Date.now() - env.MOORAGE_KEEP_BACKUP_DAYS * dayMs
  const newest = backups.find(({ status }) => status === 'done')
  const unkept = backups.filter(
    (backup, index) =>
      (index >= env.MOORAGE_KEEP_BACKUPS || backup.createdAt.getTime() < oldest) &&
      ![newest?.id, restoreId].includes(backup.id),
  )
  await deps.db.volumeBackup.deleteMany({
    where: { id: { in: unkept.map((backup) => backup.id) } },
  })
}

async function removeOrphanFiles({ deps, env }: Builder): Promise<void> {
  const dir = backupsDir(env.MOORAGE_DATA_DIR)
  // Here too in this order: one that is being written has its row already.
  const there = await readdir(dir, { recursive: true }).catch(() => [])
  const named = await deps.db.volumeBackup.findMany({ select: { id: true, volumeId: true } })
  const wanted = new Set(
    named.flatMap((backup) => [
      backup.volumeId,
      relative(dir, backupFile(env.MOORAGE_DATA_DIR, backup)),
    ]),
  )
  for (const path of there)
    if (!wanted.has(path.replace(/\.part$/, '')))
      await rm(join(dir, path), { recursive: true, force: true })
}
