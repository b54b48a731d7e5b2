import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { VolumeBackup } from '@moorage/db/client'

export function backupsDir(dataDir: string): string {
  return join(dataDir, 'volumes')
}

/** A .tar.gz. */
export function backupFile(
  dataDir: string,
  { volumeId, id }: Pick<VolumeBackup, 'volumeId' | 'id'>,
): string {
  return join(backupsDir(dataDir), volumeId, `${id}.tar.gz`)
}

/** Whole or not at all, from a tar archive. Its size in bytes. */
export async function writeBackupFile(file: string, archive: Readable): Promise<bigint> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const part = `${file}.part`
  try {
    await pipeline(archive, createGzip({ level: 3 }), createWriteStream(part, { mode: 0o600 }))
    await rename(part, file)
  } finally {
    await rm(part, { force: true })
  }
  const { size } = await stat(file, { bigint: true })
  return size
}
