import { join } from 'node:path'
import type { VolumeBackup } from '@moorage/db/client'
import type { Builder } from '../context.ts'

export function backupsDir({ env }: Pick<Builder, 'env'>): string {
  return join(env.MOORAGE_DATA_DIR, 'volumes')
}

/** A .tar.gz. */
export function backupFile(
  builder: Pick<Builder, 'env'>,
  { volumeId, id }: Pick<VolumeBackup, 'volumeId' | 'id'>,
): string {
  return join(backupsDir(builder), volumeId, `${id}.tar.gz`)
}
