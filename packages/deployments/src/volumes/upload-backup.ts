import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { notFound } from '@moorage/access/principal'
import type { Server, VolumeBackup } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { cleanArchive } from '@moorage/runtime/clean-archive'
import { audit } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'
import { backupFile, writeBackupFile } from './backup-file.ts'
import { findVolume } from './volume-backups.ts'

/** One that takes longer was left by a process that ended. */
export const uploadMs = 6 * 3600 * 1000

/**
 * Keeps a .tar.gz as a backup of the server's volume; what is in the volume stays as it is. Throws
 * `bad_input` for one that a restore would refuse, and `too_large`; nothing is left of it then.
 */
export async function uploadBackup(
  deps: Pick<Deps, 'db'>,
  into: { server: Server; dataDir: string; maxBytes: number },
  upload: Readable,
  actor: Actor,
): Promise<VolumeBackup> {
  const { id: volumeId } = await findVolume(deps, into.server)
  const { id } = await deps.db.volumeBackup.create({
    data: { id: newId('bak'), volumeId, origin: 'upload' },
  })
  try {
    const archive = cleanArchive(unpacked(upload, into.maxBytes), { strict: true })
    const sizeBytes = await writeBackupFile(backupFile(into.dataDir, { id, volumeId }), archive)
    const [backup] = await deps.db.volumeBackup.updateManyAndReturn({
      where: { id, status: 'waiting' },
      data: { status: 'done', sizeBytes, finishedAt: new Date() },
    })
    if (!backup) throw notFound('volume')
    await audit(deps, actor, 'volume.upload', into.server, { backupId: id })
    return backup
  } catch (error) {
    await deps.db.volumeBackup.deleteMany({ where: { id } })
    throw error
  }
}

function unpacked(upload: Readable, maxBytes: number): Readable {
  const content = createGunzip()
  const signal = AbortSignal.timeout(uploadMs)
  // What goes wrong in it goes on to whoever reads the content.
  pipeline(upload, capped(maxBytes), content, { signal }).catch(() => {})
  return content
}

function capped(maxBytes: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes <= maxBytes) done(null, chunk)
      else done(tooLarge(maxBytes))
    },
  })
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('too_large', `The archive is over ${Math.floor(maxBytes / 2 ** 20)} MiB.`, {
    hint: 'The operator can raise MOORAGE_MAX_BACKUP_MB.',
  })
}
