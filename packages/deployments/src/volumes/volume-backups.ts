import { notFound } from '@moorage/access/principal'
import type { Server, Volume, VolumeBackup } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { audit } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'

/** The server's volume and its backups, newest first. Throws `not_found` where it has none. */
export async function findVolume(
  deps: Pick<Deps, 'db'>,
  server: Pick<Server, 'id'>,
): Promise<Volume & { backups: VolumeBackup[] }> {
  const volume = await deps.db.volume.findUnique({
    where: { serverId: server.id },
    include: { backups: { orderBy: { createdAt: 'desc' } } },
  })
  if (volume) return volume
  throw new AppError('not_found', 'This server has no volume.', {
    hint: 'Give it one under Settings, or: moorage volume set',
  })
}

/** One of the server's that is done. Throws `not_found`, or `conflict` where it is waiting or failed. */
export async function findBackup(
  deps: Pick<Deps, 'db'>,
  server: Pick<Server, 'id'>,
  backupId: string,
): Promise<VolumeBackup> {
  const { backups } = await findVolume(deps, server)
  const backup = backups.find(({ id }) => id === backupId)
  if (!backup) throw notFound('backup')
  if (backup.status === 'done') return backup
  throw new AppError('conflict', 'This backup was not made, or not yet.', {
    hint: 'moorage volume   lists those that are done.',
  })
}

/** A builder makes it within a few seconds. */
export async function askForBackup(
  deps: Pick<Deps, 'db' | 'events'>,
  server: Server,
  actor: Actor,
): Promise<VolumeBackup> {
  const volume = await findVolume(deps, server)
  const waiting = volume.backups.find(
    ({ status, origin }) => status === 'waiting' && origin !== 'upload',
  )
  if (waiting) return waiting
  const backup = await deps.db.volumeBackup.create({
    data: { id: newId('bak'), volumeId: volume.id, origin: 'manual' },
  })
  await audit(deps, actor, 'volume.backup', server, { backupId: backup.id })
  return backup
}

/** A builder replaces the content within a few seconds, and makes a backup of what is there first. */
export async function askForRestore(
  deps: Pick<Deps, 'db' | 'events'>,
  server: Server,
  backupId: string,
  actor: Actor,
): Promise<void> {
  const backup = await findBackup(deps, server, backupId)
  const { count } = await deps.db.volume.updateMany({
    where: { id: backup.volumeId, restoreId: null },
    data: { restoreId: backup.id, restoreFault: null },
  })
  if (count === 0)
    throw new AppError('conflict', 'A restore is under way already.', {
      hint: 'Wait until it is over.',
    })
  await audit(deps, actor, 'volume.restore', server, { backupId })
}

/** Its file goes in the builder's next sweep. */
export async function removeBackup(
  deps: Pick<Deps, 'db'>,
  server: Server,
  backupId: string,
  actor: Actor,
): Promise<void> {
  const volume = await findVolume(deps, server)
  if (volume.restoreId === backupId)
    throw new AppError('conflict', 'This backup is being restored.')
  const { count } = await deps.db.volumeBackup.deleteMany({
    where: { id: backupId, volumeId: volume.id },
  })
  if (count === 0) throw notFound('backup')
  await audit(deps, actor, 'volume.remove-backup', server, { backupId })
}
