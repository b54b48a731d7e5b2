import type { Volume, VolumeBackup } from '@moorage/db/client'
import type { Deps } from '../deps.ts'
import { keptMs } from './kept-volumes.ts'

/** What people and machines are shown of a server's volume. Sizes in bytes. */
export type VolumeView = {
  id: string
  path: string
  usedBytes: number | null
  maxBytes: number | null
  backupDaily: boolean
  isRestoring: boolean
  restoreFault: string | null
  backups: BackupView[]
}

export type BackupView = Pick<VolumeBackup, 'id' | 'origin' | 'status' | 'fault' | 'createdAt'> & {
  sizeBytes: number | null
}

/** One that no server has; it goes for good at `goesAt`. */
export type KeptVolumeView = Pick<Volume, 'id' | 'path' | 'madeFor'> & {
  usedBytes: number | null
  goesAt: Date
}

/** Null where the server has none. */
export async function volumeView(
  deps: Pick<Deps, 'db'>,
  serverId: string,
): Promise<VolumeView | null> {
  const volume = await deps.db.volume.findUnique({
    where: { serverId },
    include: { backups: { orderBy: { createdAt: 'desc' } } },
  })
  if (!volume) return null
  const { id, path, backupDaily, restoreFault } = volume
  return {
    ...{ id, path, backupDaily, restoreFault },
    usedBytes: asNumber(volume.usedBytes),
    maxBytes: asNumber(volume.maxBytes),
    isRestoring: volume.restoreId !== null,
    backups: volume.backups.map(backupView),
  }
}

export function backupView(backup: VolumeBackup): BackupView {
  const { id, origin, status, fault, createdAt } = backup
  return { id, origin, status, fault, createdAt, sizeBytes: asNumber(backup.sizeBytes) }
}

export function keptVolumeView(volume: Volume): KeptVolumeView {
  const { id, path, madeFor, removedAt } = volume
  const goesAt = new Date((removedAt ?? new Date()).getTime() + keptMs)
  return { id, path, madeFor, usedBytes: asNumber(volume.usedBytes), goesAt }
}

function asNumber(value: bigint | null): number | null {
  return value === null ? null : Number(value)
}
