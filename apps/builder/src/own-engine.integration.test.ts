import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Server } from '@moorage/db/client'
import { setVolume } from '@moorage/deployments/volumes/set-volume'
import { newId } from '@moorage/domain/id'
import { createRouter } from '@moorage/router/router'
import type { RuntimeDriver } from '@moorage/runtime/driver'
import { type OwnEngine, startOwnEngine } from '@moorage/testing/own-engine'
import { baseImage, dockerIsUp } from '@moorage/testing/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actor, type BuilderFixture, startFixture, version } from './pipeline-fixture.ts'

const canOwn = dockerIsUp() && process.getuid?.() === 0 && baseImage('node') !== null

describe.runIf(canOwn)('on an engine that no other test uses', () => {
  let engine: OwnEngine
  let fixture: BuilderFixture
  let driver: RuntimeDriver
  /** Without the word of one that nothing is under way nobody falls asleep. */
  let router: ReturnType<typeof createRouter>
  beforeAll(async () => {
    engine = await startOwnEngine([baseImage('node') ?? ''])
    fixture = await startFixture({ runtime: 'docker', redis: false, engine })
    await engine.lend(Number(new URL(fixture.databaseUrl).port))
    driver = await fixture.createDriver()
    await fixture.startBuilder()
    const { db, events, encryptionKey } = fixture.deps
    const logger = { info: () => {}, warn: () => {}, error: console.error }
    router = createRouter({ db, events, logger, nodeId: newId('node'), encryptionKey })
    await router.listen({ host: '127.0.0.1', port: 0 })
  }, 240_000)
  afterAll(async () => {
    await router?.close()
    await driver?.close()
    await fixture?.close()
    await engine?.stop()
  }, 120_000)

  /** Each call adds a letter to a file of the volume and answers with all of them. */
  function keeping(): Record<string, string> {
    const [code = ''] = Object.values(version('a'))
    const fs = "process.getBuiltinModule('node:fs')"
    const file = "process.env.MOORAGE_VOLUME + '/kept'"
    const add = `(${fs}.appendFileSync(${file}, version), ${fs}.readFileSync(${file}, 'utf8'))`
    // Large enough to be seen in what the engine keeps of a build.
    const large = { 'large.txt': 'x'.repeat(3e6) }
    return { 'server.js': code.replace('text: version', `text: ${add}`), ...large }
  }

  async function deployed(): Promise<Server> {
    const server = await fixture.newServer()
    await setVolume(fixture.deps, server, { path: '/data' }, actor)
    const { id } = await fixture.push(server, keeping())
    expect((await fixture.settled(id)).status).toBe('live')
    return server
  }

  const instanceOf = (server: Server) =>
    fixture.deps.db.instance.findFirstOrThrow({
      where: { serverId: server.id, deployment: { status: 'live' } },
    })

  /** From inside of the engine's network, as a router would. */
  async function call(server: Server): Promise<string> {
    const { host, port, state } = await instanceOf(server)
    if (state !== 'ready') throw new Error(`it is ${state}`)
    const script = `
      const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'version' } }
      const init = { method: 'POST', body: JSON.stringify(message) }
      const answer = await (await fetch(process.argv[1], init)).json()
      console.log(answer.result.content[0].text)`
    const url = `http://${host}:${port}/mcp`
    const [file = '', ...args] = [...engine.within, process.execPath]
    const said = await promisify(execFile)(file, [
      ...args,
      '--input-type=module',
      '-e',
      script,
      url,
    ])
    return said.stdout.trim()
  }

  const stateOf = async (server: Server) => (await instanceOf(server)).state
  const clock = { timeout: 60_000, interval: 250 }

  async function sleeps(server: Server, state: 'paused' | 'asleep'): Promise<void> {
    const { db } = fixture.deps
    const after = { pauseAfterSeconds: null, stopAfterSeconds: null }
    const routing = {
      ...after,
      [state === 'paused' ? 'pauseAfterSeconds' : 'stopAfterSeconds']: 60,
    }
    await db.server.update({ where: { id: server.id }, data: { routing } })
    const then = new Date(Date.now() - 86_400_000)
    const { id, deploymentId } = await instanceOf(server)
    await db.instance.update({ where: { id }, data: { createdAt: then, wokenAt: null } })
    await db.deployment.update({ where: { id: deploymentId }, data: { finishedAt: then } })
    await expect.poll(() => stateOf(server), clock).toBe(state)
    await db.server.update({ where: { id: server.id }, data: { routing: after } })
  }

  test('a restart of the engine leaves each server live with what it keeps, once, whether it ran, was paused or was stopped', async () => {
    const [awake, paused, asleep] = [await deployed(), await deployed(), await deployed()]
    const all = [awake, paused, asleep]
    let kept = 'a'
    for (const server of all) expect(await call(server)).toBe(kept)
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await sleeps(paused, 'paused')
      await sleeps(asleep, 'asleep')
      await engine.restart(signal)
      kept += 'a'
      await expect.poll(() => call(awake).catch(String), clock).toBe(kept)
      for (const server of [paused, asleep]) {
        const { id: instanceId } = await instanceOf(server)
        // As routers do, until the row says ready.
        await expect
          .poll(async () => {
            const wake = { type: 'wake', serverId: server.id, instanceId } as const
            await fixture.deps.events.publish(wake)
            return call(server).catch(String)
          }, clock)
          .toBe(kept)
      }
      for (const server of all) {
        const there = await driver.list({ serverId: server.id })
        expect(there.map(({ state }) => state)).toEqual(['running'])
      }
    }
  }, 240_000)

  test('what builds keep is cut back to the cap', async () => {
    const kept = async () => {
      const args = [
        '--host',
        `unix://${engine.socketPath}`,
        'system',
        'df',
        '--format',
        '{{json .}}',
      ]
      const { stdout } = await promisify(execFile)('docker', args)
      const rows = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      return rows.find(({ Type }) => Type === 'Build Cache').Size
    }
    expect(await kept()).toMatch(/MB$/)
    await driver.pruneCaches({ maxBytes: 1e6, maxAgeMs: 86_400_000 })
    expect(await kept()).not.toMatch(/[MG]B$/)
  })
})
