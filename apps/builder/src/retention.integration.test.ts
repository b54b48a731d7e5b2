import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuildPlan, nothingToDo } from '@moorage/build-plan/plan'
import { createDb, type Db } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { noBuildSettings } from '@moorage/runtime/build-settings'
import { createDockerDriver } from '@moorage/runtime/docker'
import type { RuntimeDriver } from '@moorage/runtime/driver'
import { baseImage, dockerIsUp, testDatabaseUrl } from '@moorage/testing/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Builder } from './context.ts'
import { removeImagesOverDisk, removeUnkeptImages } from './retention.ts'

const plan: BuildPlan = {
  ...{ version: 1, kind: 'dockerfile', flavor: 'test', rootDir: '.', dockerfile: 'Dockerfile' },
  ...{ base: null, packages: [], install: nothingToDo, build: nothingToDo },
  ...{ start: { command: [], env: {} }, port: 8080, path: '/mcp' },
  ...{ transport: 'streamable-http', reasons: [] },
}
const dayMs = 86_400_000

describe.skipIf(!dockerIsUp())('of the images on the engine', () => {
  const sourceDir = mkdtempSync(join(tmpdir(), 'moorage-retention-'))
  const serverId = newId('srv')
  let db: Db
  let driver: RuntimeDriver

  beforeAll(async () => {
    writeFileSync(join(sourceDir, 'Dockerfile'), `FROM ${baseImage('node') ?? 'node:24-slim'}\n`)
    db = createDb(await testDatabaseUrl())
    const platformId = newId('evt').replace('_', '-')
    driver = await createDockerDriver({ platformId, build: noBuildSettings, firewall: null })
    const teamId = newId('team')
    await db.team.create({ data: { id: teamId, slug: 'one', name: 'One' } })
    await db.server.create({ data: { id: serverId, teamId, slug: 'x', name: 'X' } })
  })

  afterAll(async () => {
    for (const { id } of await driver.listImages()) await driver.removeImage(id)
    await db.$disconnect()
    rmSync(sourceDir, { recursive: true })
  })

  async function deployed(status: 'live' | 'retired', daysAgo: number, pinned = false) {
    const imageSizeBytes = 10 * 2 ** 20
    const deploymentId = newId('dep')
    const { id: imageId } = await driver.build({
      ...{ serverId, deploymentId, teamId: 'team_x', plan, secrets: {}, sourceDir },
      limits: { timeoutMs: 60_000, memoryBytes: 2 ** 30, cpus: 1, diskBytes: 2 ** 33 },
      onLog: () => {},
      signal: new AbortController().signal,
    })
    const finishedAt = new Date(Date.now() - daysAgo * dayMs)
    await db.deployment.create({
      data: {
        ...{ id: deploymentId, serverId, trigger: 'push', status, imageId, imageSizeBytes },
        ...{ pinned, finishedAt },
      },
    })
    return deploymentId
  }

  const keep = async (count: number, days: number) => {
    const env = { MOORAGE_KEEP_IMAGES: count, MOORAGE_KEEP_IMAGE_DAYS: days } as Builder['env']
    const builder = { deps: { db }, driver, env } as Builder
    await removeUnkeptImages(builder, { serverId, previewId: null })
    return (await driver.listImages()).map((image) => image.deploymentId).sort()
  }

  test('only the newest so many and so old stay; what is live or pinned always does', async () => {
    const pinned = await deployed('retired', 300, true)
    const old = await deployed('retired', 40)
    const older = await deployed('retired', 50)
    const recent = await deployed('retired', 2)
    const live = await deployed('live', 200)
    expect(await keep(3, 365)).toEqual([pinned, old, older, recent, live].sort())
    expect(await keep(2, 365)).toEqual([pinned, old, recent, live].sort())
    expect(await keep(2, 30)).toEqual([pinned, recent, live].sort())
    expect(await keep(0, 30)).toEqual([pinned, live].sort())
    const rows = await db.deployment.findMany({ where: { imageId: { not: null } } })
    expect(rows.map((row) => row.id).sort()).toEqual([pinned, live].sort())
  })
  test('of more than the disk is to hold the longest retired go; what is live or pinned stays', async () => {
    const before = await keep(0, 30)
    const older = await deployed('retired', 20)
    const newer = await deployed('retired', 10)
    const within = async (megabytes: number) => {
      const env = { MOORAGE_KEEP_IMAGES_MB: megabytes } as Builder['env']
      await removeImagesOverDisk({ deps: { db }, driver, env } as Builder)
      return (await driver.listImages()).map((image) => image.deploymentId).sort()
    }
    expect(await within(40)).toEqual([...before, older, newer].sort())
    expect(await within(39)).toEqual([...before, newer].sort())
    expect(await within(0)).toEqual(before)
  })

  test('what goes live again while others are being removed keeps its image', async () => {
    const before = await keep(0, 30)
    const [older, newer] = [await deployed('retired', 20), await deployed('retired', 10)]
    const { imageId } = await db.deployment.findUniqueOrThrow({ where: { id: newer } })
    const rollbackId = newId('dep')
    await db.deployment.updateMany({
      where: { status: 'live' },
      data: { pinned: true, status: 'retired' },
    })
    const rolledBack = { serverId, trigger: 'rollback', sourceId: newer } as const
    const removing = {
      ...driver,
      removeImage: async (id: string) => {
        const live = { ...rolledBack, id: rollbackId, status: 'live', imageId } as const
        await db.deployment.createMany({ data: [live], skipDuplicates: true })
        await driver.removeImage(id)
      },
    }
    const env = { MOORAGE_KEEP_IMAGES_MB: 0 } as Builder['env']
    await removeImagesOverDisk({ deps: { db }, driver: removing, env } as Builder)
    const left = (await driver.listImages()).map((image) => image.deploymentId)
    expect(left.sort()).toEqual([...before, newer].sort())
    expect(left).not.toContain(older)
    expect(await db.deployment.count({ where: { imageId } })).toBe(2)
  })
})
