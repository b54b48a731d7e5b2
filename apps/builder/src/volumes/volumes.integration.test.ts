import { existsSync } from 'node:fs'
import type { Server } from '@moorage/db/client'
import { removeServer } from '@moorage/deployments/remove-server'
import { rollbackDeployment } from '@moorage/deployments/rollback-deployment'
import { attachVolume, destroyVolume, keptVolumes } from '@moorage/deployments/volumes/kept-volumes'
import { setVolume } from '@moorage/deployments/volumes/set-volume'
import {
  askForBackup,
  askForRestore,
  findVolume,
} from '@moorage/deployments/volumes/volume-backups'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { actor, version } from '../pipeline-fixture.ts'
import { type SleepFixture, sleepColumns, startSleepFixture } from '../sleep-fixture.ts'

/** The tiny server; each call adds a letter to a file of its volume and answers with all of them. */
function keeping(letter: string): Record<string, string> {
  const [code = ''] = Object.values(version(letter))
  const fs = "process.getBuiltinModule('node:fs')"
  const file = "(process.env.MOORAGE_VOLUME ?? '/tmp') + '/kept'"
  const add = `(${fs}.appendFileSync(${file}, version), ${fs}.readFileSync(${file}, 'utf8'))`
  return { 'server.js': code.replace('text: version', `text: ${add}`) }
}

describe.each(sleepColumns)('a volume under $runtime', (column) => {
  let fixture: SleepFixture
  beforeAll(async () => {
    fixture = await startSleepFixture(column)
  }, 120_000)
  afterAll(() => fixture?.close(), 60_000)

  const volumeOf = (server: Server) => findVolume(fixture.deps, server)

  async function withVolume(letter: string): Promise<Server> {
    const server = await fixture.newServer()
    await setVolume(fixture.deps, server, { path: '/data' }, actor)
    await goes(server, (await fixture.push(server, keeping(letter))).id)
    return server
  }

  async function goes(server: Server, deploymentId: string): Promise<void> {
    expect((await fixture.settled(deploymentId)).status).toBe('live')
    expect(await fixture.engineState(server)).toBe('running')
  }

  test('keeps its content over a redeploy, a rollback, sleep and a restart, while calls go on', async () => {
    const server = await withVolume('a')
    expect(await fixture.call(server)).toBe('a')
    const second = await fixture.push(server, keeping('b'))
    const answers: string[] = []
    let isOver = false
    const calling = (async () => {
      while (!isOver) answers.push(await fixture.call(server, answers.length % 2))
    })()
    await goes(server, second.id)
    isOver = true
    await calling
    const last = answers.at(-1) ?? ''
    // Each answer holds the one before: no two instances wrote, no call was lost, none was done twice.
    expect(answers.map(({ length }) => length)).toEqual(answers.map((_, index) => index + 2))
    expect(last).toMatch(/^a+b+$/)

    const { id } = await rollbackDeployment(
      fixture.deps,
      { teamId: server.teamId, serverId: server.id },
      actor,
    )
    await goes(server, id)
    expect(await fixture.call(server)).toBe(`${last}a`)

    await fixture.settle(server, { pauseAfterSeconds: null, stopAfterSeconds: 60 })
    await fixture.sleepsIn(server, 'asleep')
    await fixture.settle(server, { pauseAfterSeconds: null, stopAfterSeconds: null })
    expect(await fixture.call(server)).toBe(`${last}aa`)

    await fixture.endBuilder('SIGKILL')
    await fixture.driver.remove((await fixture.instanceOf(server)).id)
    await fixture.startBuilder()
    await vi.waitFor(async () => expect(await fixture.call(server)).toBe(`${last}aaa`), 30_000)
  }, 240_000)

  test('goes back to the live version where the new one does not come up', async () => {
    const server = await withVolume('a')
    expect(await fixture.call(server)).toBe('a')
    const broken = await fixture.push(server, { 'server.js': 'process.exit(3)' })
    expect((await fixture.settled(broken.id)).status).toBe('failed')
    expect(await fixture.call(server)).toBe('aa')
  }, 120_000)

  test('is not given to a preview', async () => {
    const server = await withVolume('a')
    expect(await fixture.call(server)).toBe('a')
    const preview = await fixture.pushBranch(server, 'try', keeping('p'))
    expect((await fixture.settled(preview.id)).status).toBe('live')
    expect(await fixture.call({ ...server, slug: `${server.slug}--try` })).not.toContain('a')
    expect(await fixture.call(server)).toBe('aa')
  }, 120_000)

  test('is what it was after a restore, and what was there before is a backup too', async () => {
    const server = await withVolume('a')
    expect(await fixture.call(server)).toBe('a')
    const { id } = await askForBackup(fixture.deps, server, actor)
    const backupOf = async (backupId: string) =>
      (await volumeOf(server)).backups.find((backup) => backup.id === backupId)
    await vi.waitFor(async () => expect((await backupOf(id))?.status).toBe('done'), 30_000)
    expect(await fixture.call(server)).toBe('aa')
    await askForRestore(fixture.deps, server, id, actor)
    await vi.waitFor(async () => expect((await volumeOf(server)).restoreId).toBeNull(), 30_000)
    expect((await volumeOf(server)).restoreFault).toBeNull()
    expect(await fixture.call(server)).toBe('aa')
    const before = (await volumeOf(server)).backups.find(({ origin }) => origin === 'restore')
    await askForRestore(fixture.deps, server, before?.id ?? '', actor)
    await vi.waitFor(async () => expect((await volumeOf(server)).restoreId).toBeNull(), 30_000)
    expect(await fixture.call(server)).toBe('aaa')
  }, 120_000)

  test('outlives its server, can be given to another, and is removed with its backups', async () => {
    const server = await withVolume('a')
    expect(await fixture.call(server)).toBe('a')
    const { id } = await askForBackup(fixture.deps, server, actor)
    await vi.waitFor(
      async () => expect((await volumeOf(server)).backups[0]?.status).toBe('done'),
      30_000,
    )
    await removeServer(fixture.deps, { teamId: server.teamId, serverId: server.id }, actor)
    const kept = (await keptVolumes(fixture.deps, server.teamId))[0]
    expect(kept?.madeFor).toBe(server.slug)
    const other = await fixture.newServer()
    await attachVolume(fixture.deps, other, kept?.id ?? '', actor)
    await goes(other, (await fixture.push(other, keeping('b'))).id)
    expect(await fixture.call(other)).toBe('ab')

    await removeServer(fixture.deps, { teamId: other.teamId, serverId: other.id }, actor)
    await destroyVolume(fixture.deps, { teamId: other.teamId, volumeId: kept?.id ?? '' }, actor)
    await vi.waitFor(
      async () => {
        const names = await fixture.driver.listVolumes()
        expect(names.filter((name) => name.startsWith(kept?.id ?? '?'))).toEqual([])
        expect(existsSync(`${fixture.dataDir}/volumes/${kept?.id}/${id}.tar.gz`)).toBe(false)
      },
      { timeout: 30_000, interval: 200 },
    )
  }, 120_000)
})
