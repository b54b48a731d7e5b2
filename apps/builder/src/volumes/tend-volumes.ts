import { removeExpiredVolumes } from '@moorage/deployments/volumes/kept-volumes'
import { newId } from '@moorage/domain/id'
import type { Builder } from '../context.ts'
import { makeBackup } from './make-backup.ts'
import { restoreVolume } from './restore-volume.ts'

const dayMs = 86_400_000

/** Does what is asked for of volumes: the rows say it. */
export async function tendVolumes(builder: Builder): Promise<void> {
  const { deps, stopping } = builder
  await removeExpiredVolumes(deps)
  await askForDailyBackups(builder)
  const waiting = await deps.db.volumeBackup.findMany({
    where: { status: 'waiting', origin: { not: 'upload' } },
    include: { volume: true },
    orderBy: { createdAt: 'asc' },
  })
  for (const { volume, ...backup } of waiting)
    if (!stopping.aborted) await makeBackup(builder, volume, backup)
  for (const volume of await deps.db.volume.findMany({ where: { restoreId: { not: null } } })) {
    if (stopping.aborted) return
    const where = { id: volume.restoreId ?? '', volumeId: volume.id }
    const backup = await deps.db.volumeBackup.findFirst({ where })
    if (backup) await restoreVolume(builder, volume, backup)
    else await deps.db.volume.updateMany({ where: { id: volume.id }, data: { restoreId: null } })
  }
}

async function askForDailyBackups({ deps: { db } }: Builder): Promise<void> {
  const since = new Date(Date.now() - dayMs)
  const due = await db.volume.findMany({
    where: {
      ...{ backupDaily: true, serverId: { not: null } },
      backups: { none: { origin: 'daily', createdAt: { gt: since } } },
    },
    select: { id: true },
  })
  for (const { id: volumeId } of due)
    await db.volumeBackup.create({ data: { id: newId('bak'), volumeId, origin: 'daily' } })
}
