import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { Server } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { audit } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'
import { backupFile } from './backup-file.ts'
import { findBackup } from './volume-backups.ts'

export type OpenBackup = { fileName: string; sizeBytes: number; content: Readable }

/** A backup of the server's volume, to be downloaded. Throws `not_found`, or `conflict` while it is not there. */
export async function openBackup(
  deps: Pick<Deps, 'db'>,
  from: { server: Server; dataDir: string; backupId: string },
  actor: Actor,
): Promise<OpenBackup> {
  const { server, dataDir, backupId } = from
  const backup = await findBackup(deps, server, backupId)
  const file = await open(backupFile(dataDir, backup)).catch((cause: unknown) => {
    throw new AppError('unavailable', 'The file of this backup is not there.', {
      message: `${backupFile(dataDir, backup)} cannot be read`,
      cause,
      hint: 'Backups are in volumes/ of the data directory, which the dashboard has to have too.',
    })
  })
  await audit(deps, actor, 'volume.download', server, { backupId })
  const { size: sizeBytes } = await file.stat()
  const fileName = `${server.slug}-${backup.id}.tar.gz`
  return { fileName, sizeBytes, content: file.createReadStream() }
}
