import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { Volume, VolumeBackup } from '@moorage/db/client'
import { backupFile } from '@moorage/deployments/volumes/backup-file'
import { holdVolume } from '@moorage/deployments/volumes/hold-volume'
import { toAppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { cleanArchive } from '@moorage/runtime/clean-archive'
import type { Builder } from '../context.ts'
import { writeBackup } from './make-backup.ts'
import { standAside } from './stand-aside.ts'
import { volumeName } from './volume-name.ts'

/**
 * Fills a new volume from the backup and puts it in the place of the present one, of which a backup
 * is made first. A builder that dies on the way leaves the present one as it is.
 */
export async function restoreVolume(
  builder: Builder,
  volume: Volume,
  backup: VolumeBackup,
): Promise<void> {
  const { deps, stopping, log } = builder
  const { id, serverId } = volume
  if (serverId === null) return
  let aside: string[] = []
  try {
    await holdVolume(deps, id, stopping, async (now) => {
      if (now.restoreId !== backup.id) return
      aside = await standAside(builder, { serverId })
      await keepPresent(builder, now)
      await exchange(builder, now, backup)
    })
  } catch (error) {
    if (stopping.aborted) return
    log.warn({ error, volumeId: id }, 'a volume could not be restored')
    await deps.db.volume.updateMany({
      where: { id, restoreId: backup.id },
      data: { restoreId: null, restoreFault: toAppError(error).userMessage },
    })
  } finally {
    for (const instanceId of aside)
      await deps.events.publish({ type: 'wake', serverId, instanceId })
  }
}

async function keepPresent(builder: Builder, volume: Volume): Promise<void> {
  const data = { id: newId('bak'), volumeId: volume.id, origin: 'restore' } as const
  await writeBackup(builder, volume, await builder.deps.db.volumeBackup.create({ data }))
}

async function exchange(builder: Builder, volume: Volume, backup: VolumeBackup): Promise<void> {
  const { deps, driver, env } = builder
  const { id, generation, serverId } = volume
  const next = { id, generation: generation + 1 }
  const content = createGunzip()
  // What goes wrong in it goes on to whoever reads the content.
  pipeline(createReadStream(backupFile(env.MOORAGE_DATA_DIR, backup)), content).catch(() => {})
  await driver.writeVolume(volumeName(next), cleanArchive(content, { strict: true }))
  await deps.db.volume.updateMany({
    where: { id, generation, restoreId: backup.id },
    data: { generation: next.generation, restoreId: null },
  })
  // They are made anew, with the new one.
  for (const instance of await deps.db.instance.findMany({
    where: {
      serverId: serverId ?? '',
      runtime: driver.name,
      state: 'asleep',
      deployment: { previewId: null },
    },
  }))
    await driver.remove(instance.id)
}
