import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEvents } from '@moorage/bus/events'
import { createDb } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { noBuildSettings } from '@moorage/runtime/build-settings'
import { createProcessDriver } from '@moorage/runtime/process'
import { testDatabaseUrl } from '@moorage/testing/services'
import { pino } from 'pino'
import { afterAll, expect, test } from 'vitest'
import type { Builder } from '../context.ts'
import { makeBackup } from './make-backup.ts'
import { restoreVolume } from './restore-volume.ts'
import { volumeName } from './volume-name.ts'

const databaseUrl = await testDatabaseUrl()
const db = createDb(databaseUrl)
const events = await createEvents({ databaseUrl })
const dataDir = await mkdtemp(join(tmpdir(), 'moorage-volumes-'))
const driver = createProcessDriver({ platformId: 'two', dataDir, build: noBuildSettings })
const builder = {
  ...{ deps: { db, events }, driver, env: { MOORAGE_DATA_DIR: dataDir } },
  ...{ log: pino({ level: 'silent' }), stopping: new AbortController().signal },
} as unknown as Builder
afterAll(async () => {
  await events.close()
  await db.$disconnect()
  await rm(dataDir, { recursive: true })
})

type Named = { id: string; generation: number }
/** The process driver's volumes are directories. */
const dirOf = (volume: Named) => join(dataDir, 'processes', 'two', 'volumes', volumeName(volume))

async function write(volume: Named, content: string): Promise<void> {
  await mkdir(dirOf(volume), { recursive: true })
  await writeFile(join(dirOf(volume), 'kept'), content)
}

const read = (volume: Named) => readFile(join(dirOf(volume), 'kept'), 'utf8')

async function newVolume(content: string) {
  const [teamId, serverId] = [newId('team'), newId('srv')]
  await db.team.create({ data: { id: teamId, slug: teamId.replace('_', '-'), name: 'T' } })
  const slug = serverId.replace('_', '-')
  await db.server.create({ data: { id: serverId, teamId, slug, name: slug } })
  const volume = await db.volume.create({
    data: { id: newId('vol'), teamId, serverId, madeFor: slug, path: '/data' },
  })
  await write(volume, content)
  return volume
}

const askForBackup = (volumeId: string) =>
  db.volumeBackup.create({ data: { id: newId('bak'), volumeId, origin: 'manual' } })

test('a restore that another builder has made is not made once more, over what was written since', async () => {
  const volume = await newVolume('first')
  const backup = await askForBackup(volume.id)
  await makeBackup(builder, volume, backup)
  const asked = await db.volume.update({
    where: { id: volume.id },
    data: { restoreId: backup.id },
  })
  await restoreVolume(builder, asked, backup)
  const restored = await db.volume.findUniqueOrThrow({ where: { id: volume.id } })
  expect(await read(restored)).toBe('first')
  await write(restored, 'written since')
  // As the other one saw it when it began to wait.
  await restoreVolume(builder, asked, backup)
  expect(await read(restored)).toBe('written since')
  expect(await db.volumeBackup.count({ where: { volumeId: volume.id } })).toBe(2)
})

test('a backup that waited for a restore holds what there was after it', async () => {
  const volume = await newVolume('before')
  const backup = await askForBackup(volume.id)
  const next = { id: volume.id, generation: volume.generation + 1 }
  await write(next, 'after')
  await db.volume.update({ where: { id: volume.id }, data: next })
  await makeBackup(builder, volume, backup)
  const asked = await db.volume.update({ where: { id: volume.id }, data: { restoreId: backup.id } })
  await restoreVolume(builder, asked, backup)
  expect(await read({ id: volume.id, generation: next.generation + 1 })).toBe('after')
})
