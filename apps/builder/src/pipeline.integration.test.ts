import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cancelDeployment } from '@moorage/deployments/cancel-deployment'
import { promotePreview } from '@moorage/deployments/promote-preview'
import { removePreview } from '@moorage/deployments/remove-preview'
import { removeServer } from '@moorage/deployments/remove-server'
import { rollbackDeployment } from '@moorage/deployments/rollback-deployment'
import { deploymentSteps } from '@moorage/domain/deployment'
import type { RuntimeDriver } from '@moorage/runtime/driver'
import { dockerIsUp } from '@moorage/testing/services'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { actor, type BuilderFixture, startFixture, version } from './pipeline-fixture.ts'

const columns = [
  { runtime: 'process', redis: false },
  ...(dockerIsUp() ? [{ runtime: 'docker', redis: true } as const] : []),
] as const

describe.each(columns)('with $runtime runtime, redis: $redis', (column) => {
  let fixture: BuilderFixture
  let driver: RuntimeDriver

  beforeAll(async () => {
    fixture = await startFixture(column)
    driver = await fixture.createDriver()
    await fixture.startBuilder()
  })

  afterAll(async () => {
    await driver.close()
    await fixture.close()
  })

  /** Nothing of what ended is left: no instance, no image, no work files. */
  async function leftWith(serverId: string, deploymentIds: string[]): Promise<void> {
    await vi.waitFor(
      async () => {
        const running = await driver.list({ serverId })
        expect(running.map((it) => it.deploymentId)).toEqual(deploymentIds)
        const rows = await fixture.deps.db.deployment.findMany({
          where: { serverId, status: { in: ['failed', 'canceled', 'superseded'] } },
        })
        expect(rows.flatMap((row) => row.imageId ?? [])).toEqual([])
        expect(readdirSync(join(fixture.dataDir, 'work'))).toEqual([])
      },
      { timeout: 20_000, interval: 100 },
    )
  }

  test('a push goes live: every step with its time, the handshake kept, the build log stored', async () => {
    const server = await fixture.newServer()
    const { id } = await fixture.push(server, version('first'))
    const live = await fixture.settled(id)
    expect(live.status).toBe('live')
    expect(live.steps.map((step) => step.name).sort()).toEqual([...deploymentSteps].sort())
    for (const step of live.steps)
      expect(step).toMatchObject({ status: 'done', endedAt: expect.any(Date) })
    expect(live.handshake).toMatchObject({
      serverInfo: { name: 'tiny' },
      tools: [{ name: 'version' }],
    })
    expect(live.commitMessage).toBe('A version')
    expect(await fixture.call(live)).toBe('first')
    const lines = await fixture.deps.db.logLine.findMany({ where: { deploymentId: id } })
    expect(lines.filter((line) => line.stream === 'build').length).toBeGreaterThan(2)
    await vi.waitFor(async () => {
      const runtime = await fixture.deps.db.logLine.findMany({
        where: { deploymentId: id, stream: 'stdout' },
      })
      expect(runtime.map((line) => line.text)).toContain('tiny first listens')
    })
    expect(readdirSync(join(fixture.dataDir, 'work'))).toEqual([])
  })

  test('a preview runs beside production with its own route, goes into production without a build, and leaves nothing behind', async () => {
    const server = await fixture.newServer()
    const of = { teamId: fixture.team.id, serverId: server.id }
    const live = await fixture.settled((await fixture.push(server, version('main'))).id)
    const old = await fixture.settled((await fixture.pushBranch(server, 'x', version('x1'))).id)
    const shown = await fixture.settled((await fixture.pushBranch(server, 'x', version('x2'))).id)
    expect([await fixture.call(live), await fixture.call(shown)]).toEqual(['main', 'x2'])
    expect((await fixture.read(old.id)).imageId, 'nobody goes back to it').toBeNull()
    const promoted = await fixture.settled(
      (await promotePreview(fixture.deps, { ...of, name: 'x' }, actor)).id,
    )
    expect(promoted.steps.map((step) => step.name)).not.toContain('build')
    await removePreview(fixture.deps, { ...of, name: 'x' }, actor)
    await leftWith(server.id, [promoted.id])
    expect(await fixture.call(promoted)).toBe('x2')
    const images = await driver.listImages()
    expect(images.map(({ id }) => id)).toContain(promoted.imageId)
  })

  test('a second version takes over, the first one ends, and a rollback brings it back without a build', async () => {
    const server = await fixture.newServer()
    const first = await fixture.settled((await fixture.push(server, version('one'))).id)
    const second = await fixture.settled((await fixture.push(server, version('two'))).id)
    expect(await fixture.call(second)).toBe('two')
    expect((await fixture.read(first.id)).status).toBe('retired')
    expect(await driver.list({ serverId: server.id })).toHaveLength(1)
    const { id } = await rollbackDeployment(
      fixture.deps,
      { teamId: fixture.team.id, serverId: server.id },
      actor,
    )
    const back = await fixture.settled(id)
    expect(await fixture.call(back)).toBe('one')
    expect(back.steps.map((step) => step.name)).not.toContain('build')
  })

  test.each([
    [
      'crashes at start',
      { 'server.js': "console.error('no database'); process.exit(3)" },
      'handshake',
      'no database',
    ],
    [
      'never opens its port',
      { 'server.js': 'console.log("waiting"); setInterval(() => {}, 1000)' },
      'handshake',
      'waiting',
    ],
    [
      'does not install',
      { 'package.json': '{ "name": "x", "dependencies": { "moorage-no-such-package": "1" } }' },
      'build',
      '',
    ],
    [
      'is not a server',
      { 'package.json': '{}', 'moorage.json': '{}', 'server.js': '' },
      'plan',
      '',
    ],
  ])(
    'a version that %s fails with its reason, and the live one stays',
    async (_, edit, step, word) => {
      const server = await fixture.newServer()
      const live = await fixture.settled((await fixture.push(server, version('good'))).id)
      const broken = await fixture.settled((await fixture.push(server, edit)).id)
      expect(broken.status).toBe('failed')
      expect(broken.failure).toMatchObject({ step, hint: expect.any(String) })
      expect(JSON.stringify(broken.failure)).toContain(word)
      expect(await fixture.call(live)).toBe('good')
      await leftWith(server.id, [live.id])
    },
  )

  test('a canceled build ends within seconds and leaves nothing', async () => {
    const server = await fixture.newServer()
    const slow = {
      'moorage.json':
        '{ "start": ["node", "server.js"], "build": ["node", "-e", "setTimeout(() => {}, 60000)"] }',
    }
    const { id } = await fixture.push(server, slow)
    await vi.waitFor(
      async () =>
        expect((await fixture.read(id)).steps.map((step) => step.name)).toContain('build'),
      { timeout: 30_000 },
    )
    await cancelDeployment(fixture.deps, { teamId: fixture.team.id, deploymentId: id }, actor)
    const ended = await fixture.settled(id, 10_000)
    expect(ended.status).toBe('canceled')
    expect(ended.steps.find((step) => step.name === 'build')?.status).toBe('canceled')
    await leftWith(server.id, [])
  })

  test('of five pushes in a row the last is live and nothing of the others is left', async () => {
    const server = await fixture.newServer()
    const ids: string[] = []
    for (let n = 1; n <= 5; n++) ids.push((await fixture.push(server, version(`v${n}`))).id)
    const rows = await Promise.all(ids.map((id) => fixture.settled(id, 90_000)))
    expect(rows.at(-1)?.status).toBe('live')
    expect(await fixture.call({ id: ids.at(-1) ?? '' })).toBe('v5')
    for (const row of rows.slice(0, -1)) expect(['superseded', 'retired']).toContain(row.status)
    await leftWith(server.id, [ids.at(-1) ?? ''])
  })

  test('a server that crashes is started again, and its log says so', async () => {
    const server = await fixture.newServer()
    const live = await fixture.settled((await fixture.push(server)).id)
    const instance = live.instances.find((row) => row.state === 'ready')
    if (!instance) throw new Error('no instance')
    await driver.stop(instance.id, { graceMs: 0 })
    await vi.waitFor(
      async () => {
        const row = await fixture.deps.db.instance.findUniqueOrThrow({ where: { id: instance.id } })
        expect(row).toMatchObject({ state: 'ready', restarts: 1 })
      },
      { timeout: 30_000 },
    )
    expect(await fixture.call(live)).toBe('1')
    await vi.waitFor(async () => {
      const notes = await fixture.deps.db.logLine.findMany({
        where: { instanceId: instance.id, stream: 'system' },
        orderBy: { id: 'asc' },
      })
      expect(notes.map((line) => line.text).join()).toMatch(/starting it again.*Running again/s)
    }, 5_000)
  })

  test('what was live is live again as soon as the platform is back', async () => {
    const server = await fixture.newServer()
    const live = await fixture.settled((await fixture.push(server)).id)
    await fixture.endBuilder('SIGTERM')
    for (const { instanceId } of await driver.list()) await driver.remove(instanceId)
    await fixture.startBuilder()
    expect(await fixture.call(live)).toBe('1')
  })

  test('a removed server leaves no instance and no image', async () => {
    const server = await fixture.newServer()
    const live = await fixture.settled((await fixture.push(server)).id)
    await removeServer(fixture.deps, { teamId: fixture.team.id, serverId: server.id }, actor)
    await vi.waitFor(
      async () => {
        expect(await driver.list({ serverId: server.id })).toEqual([])
        const images = await driver.listImages()
        expect(images.map((image) => image.deploymentId)).not.toContain(live.id)
      },
      { timeout: 30_000 },
    )
  })

  describe.each(deploymentSteps)('kill -9 in the step %s', (step) => {
    // The database holds the builder at the step's first or last write, so that it dies exactly there.
    // What a step leaves when it is done is what the next one finds: one write for each runtime will do.
    test.each([column.runtime === 'docker' ? 'running' : 'done'])(
      'at its record "%s": the deployment ends right all the same',
      async (at) => {
        const server = await fixture.newServer()
        const old = await fixture.settled((await fixture.push(server, version('old'))).id)
        const gate = await holdAt(fixture.databaseUrl, step, at)
        const { id } = await fixture.push(server, version('new'))
        await gate.reached()
        await fixture.endBuilder('SIGKILL')
        await gate.open()
        await fixture.startBuilder()
        const row = await fixture.settled(id, 90_000)
        expect(row.status).toBe('live')
        expect((await fixture.read(old.id)).status).toBe('retired')
        expect(await fixture.call(row)).toBe('new')
        expect((await driver.list({ serverId: server.id })).map((it) => it.deploymentId)).toEqual([
          id,
        ])
        expect(readdirSync(join(fixture.dataDir, 'work'))).toEqual([])
      },
    )
  })
})

/** Makes the next write of that step's status wait, until the gate is opened. */
async function holdAt(databaseUrl: string, step: string, status: string) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('SELECT pg_advisory_lock(4711)')
  await client.query(`
    CREATE OR REPLACE FUNCTION hold() RETURNS trigger AS $$
    BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$ LANGUAGE plpgsql`)
  await client.query(`
    CREATE TRIGGER hold BEFORE INSERT OR UPDATE ON "DeploymentStep" FOR EACH ROW
    WHEN (NEW.name = '${step}' AND NEW.status = '${status}') EXECUTE FUNCTION hold()`)
  return {
    reached: () =>
      vi.waitFor(
        async () => {
          const { rowCount } = await client.query(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted",
          )
          expect(rowCount).toBeGreaterThan(0)
        },
        { timeout: 60_000, interval: 20 },
      ),
    open: async () => {
      // The dead builder's backend still waits in the trigger, holding the table: end it first.
      await client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted",
      )
      await client.query('SELECT pg_advisory_unlock(4711)')
      await client.query('DROP TRIGGER hold ON "DeploymentStep"')
      await client.end()
    },
  }
}
