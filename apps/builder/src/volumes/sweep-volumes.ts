import { readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Volume } from '@moorage/db/client'
import type { Builder } from '../context.ts'
import { backupFile, backupsDir } from './backup-file.ts'

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
  for (const row of rows) await removeUnkeptBackups(builder, row)
  await removeOrphanFiles(builder)
}

/** A later one is being filled by a restore. */
function isOlder(name: string, { generation }: Volume): boolean {
  return Number(name.slice(name.lastIndexOf('-') + 1)) < generation
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

async function removeOrphanFiles(builder: Builder): Promise<void> {
  const dir = backupsDir(builder)
  const named = await builder.deps.db.volumeBackup.findMany({
    select: { id: true, volumeId: true },
  })
  const wanted = new Set(named.map((backup) => basename(backupFile(builder, backup))))
  const volumes = new Set(named.map(({ volumeId }) => volumeId))
  for (const volumeId of await readdir(dir).catch(() => [])) {
    if (!volumes.has(volumeId)) await rm(join(dir, volumeId), { recursive: true, force: true })
    // One that is being written has its row already.
    else
      for (const file of await readdir(join(dir, volumeId)))
        if (!wanted.has(file.replace(/\.part$/, '')))
          await rm(join(dir, volumeId, file), { force: true })
  }
}
