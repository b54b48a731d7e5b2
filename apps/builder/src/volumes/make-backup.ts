import type { Volume, VolumeBackup } from '@moorage/db/client'
import { refreshRoute } from '@moorage/deployments/switch-route'
import { backupFile, writeBackupFile } from '@moorage/deployments/volumes/backup-file'
import { holdVolume } from '@moorage/deployments/volumes/hold-volume'
import { toAppError } from '@moorage/domain/error'
import { cleanArchive } from '@moorage/runtime/clean-archive'
import type { Builder } from '../context.ts'
import { volumeName } from './volume-name.ts'

/** The server is frozen meanwhile, and requests wait, so that it is the content of one moment. */
export async function makeBackup(
  builder: Builder,
  volume: Volume,
  backup: VolumeBackup,
): Promise<void> {
  const { deps, stopping, log } = builder
  let frozen: string[] = []
  try {
    await holdVolume(deps, volume.id, stopping, async (now) => {
      const where = { id: backup.id, status: 'waiting' } as const
      if ((await deps.db.volumeBackup.count({ where })) === 0) return
      frozen = await freeze(builder, volume.serverId)
      await writeBackup(builder, now, backup)
    })
  } catch (error) {
    if (stopping.aborted) return
    log.warn({ error, volumeId: volume.id }, 'a volume could not be backed up')
    const data = { status: 'failed', fault: toAppError(error).userMessage } as const
    await deps.db.volumeBackup.updateMany({
      where: { id: backup.id, status: 'waiting' },
      data: { ...data, finishedAt: new Date() },
    })
  } finally {
    for (const instanceId of frozen)
      if (volume.serverId)
        await deps.events.publish({ type: 'wake', serverId: volume.serverId, instanceId })
  }
}

/** Whole or not at all. Nothing may be writing to the volume. */
export async function writeBackup(
  builder: Builder,
  volume: Volume,
  backup: VolumeBackup,
): Promise<void> {
  const { deps, driver, env } = builder
  const content = await driver.readVolume(volumeName(volume))
  const sizeBytes = await writeBackupFile(
    backupFile(env.MOORAGE_DATA_DIR, backup),
    cleanArchive(content, { strict: false }),
  )
  await deps.db.volumeBackup.updateMany({
    where: { id: backup.id, status: 'waiting' },
    data: { status: 'done', sizeBytes, finishedAt: new Date() },
  })
}

/** The ids of those that ran, which are to be woken. */
async function freeze({ deps, driver }: Builder, serverId: string | null): Promise<string[]> {
  if (serverId === null) return []
  const where = {
    serverId,
    runtime: driver.name,
    state: 'ready',
    deployment: { previewId: null, status: 'live' },
  } as const
  const running = await deps.db.instance.findMany({ where })
  const ids = running.map(({ id }) => id)
  if (ids.length === 0) return []
  await deps.db.instance.updateMany({
    where: { ...where, id: { in: ids } },
    data: { state: 'paused' },
  })
  await refreshRoute(deps, { serverId, previewId: null })
  for (const id of ids) await driver.pause(id)
  return ids
}
