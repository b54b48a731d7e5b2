import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Server } from '@moorage/db/client'
import { createGithubClient } from '@moorage/deployments/github/github-client'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createCollectors } from './collect-logs.ts'
import { readEnv } from './env.ts'
import {
  pauses,
  type SleepFixture,
  sleepColumns,
  startSleepFixture,
  stops,
} from './sleep-fixture.ts'
import { createSleeper, type Sleeper } from './sleeper.ts'

describe.each(sleepColumns)('with $runtime runtime, redis: $redis', (column) => {
  let fixture: SleepFixture
  let server: Server
  let sleeper: Sleeper
  const stopping = new AbortController()

  beforeAll(async () => {
    fixture = await startSleepFixture(column)
    server = await fixture.deployed('up')
    // From here on the test is the builder, so that nobody else looks at what is idle.
    await fixture.endBuilder('SIGTERM')
    const { deps, driver } = fixture
    vi.stubEnv('DATABASE_URL', fixture.databaseUrl)
    vi.stubEnv('MOORAGE_DATA_DIR', fixture.dataDir)
    vi.stubEnv('MOORAGE_ENCRYPTION_KEY', deps.encryptionKey.toString('base64'))
    vi.stubEnv('MOORAGE_PLATFORM_ID', fixture.platformId)
    const log = pino({ level: 'error' })
    const github = createGithubClient({ url: 'https://github.com' })
    sleeper = createSleeper({
      deps: { ...deps, inspectionQueue: deps.queue, github },
      collectors: createCollectors({ ...deps, driver, log }),
      ...{ driver, log, env: readEnv(), stopping: stopping.signal },
    })
    await deps.events.subscribe((event) => {
      if (event.type === 'wake') void sleeper.wake(event.instanceId, 'a request')
    })
  })

  afterAll(async () => {
    stopping.abort()
    await sleeper.settled()
    await fixture.close()
    vi.unstubAllEnvs()
  })

  const look = async () => {
    await sleeper.tick()
    await sleeper.settled()
  }
  const sleepsIn = (state: 'paused' | 'asleep') => fixture.sleepsIn(server, state, look)
  const call = (router = 0) => fixture.call(server, router)
  const row = () => fixture.instanceOf(server)

  test('what is idle is paused, and woken once for all who wait at two routers', async () => {
    await fixture.settle(server, pauses)
    await sleepsIn('paused')
    expect(await fixture.engineState(server)).toBe('paused')
    const { restarts, wakes } = await row()
    const calls = Array.from({ length: 10 }, (_, index) => call(index % 2))
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['up']))
    await sleeper.settled()
    expect(await fixture.engineState(server)).toBe('running')
    expect(await row()).toMatchObject({ state: 'ready', restarts, wakes })
    const [asleep, woken, ...more] = (await fixture.notes(server)).slice(-2)
    expect(asleep).toBe('Paused after 1440 min without a request; the next one wakes it')
    expect([woken, more]).toEqual([expect.stringMatching(/^Woken in \d+ ms by a request$/), []])
  })

  test('what is idle for longer is stopped, and started again once for all who wait', async () => {
    await fixture.settle(server, { ...pauses, stopAfterSeconds: 120 })
    await sleepsIn('asleep')
    expect(await fixture.engineState(server)).toBe('exited')
    const { restarts, wakes } = await row()
    const calls = Array.from({ length: 10 }, (_, index) => call(index % 2))
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['up']))
    await sleeper.settled()
    expect(await row()).toMatchObject({ state: 'ready', restarts, wakes: wakes + 1 })
    expect((await fixture.notes(server)).at(-1)).toMatch(
      /^Started again in \d+ ms, wanted by a request$/,
    )
  })

  test('what is paused for long is stopped, and what ended while it was paused is started again', async () => {
    await fixture.settle(server, pauses)
    await sleepsIn('paused')
    await fixture.settle(server, stops)
    await sleepsIn('asleep')
    expect(await call()).toBe('up')
    await fixture.settle(server, pauses)
    await sleepsIn('paused')
    await fixture.driver.stop((await row()).id, { graceMs: 0 })
    expect(await call()).toBe('up')
  })

  test('no request is lost that comes while the server falls asleep', async () => {
    await fixture.settle(server, pauses)
    let slept = 0
    // Less when they found it asleep, more when it was awake: so they come as it falls asleep.
    let spreadMs = 60
    for (let round = 0; round < 20 || slept < 6; round++) {
      await fixture.age(server)
      const falling = sleeper.tick()
      const calls = Array.from({ length: 4 }, async (_, index) => {
        await delay(Math.random() * spreadMs)
        return call(index % 2)
      })
      await falling
      expect(await Promise.all(calls)).toEqual(['up', 'up', 'up', 'up'])
      await sleeper.settled()
      const woken = (await row()).wokenAt !== null
      slept += Number(woken)
      spreadMs = woken ? spreadMs / 1.5 : spreadMs * 1.5
    }
  })

  test('a server with an open stream stays awake, and sleeps when it ends', async () => {
    await fixture.settle(server, pauses)
    const client = new AbortController()
    const headers = { Accept: 'text/event-stream' }
    await fixture.open(server, { headers, signal: client.signal })
    await vi.waitFor(async () => {
      const rows = await fixture.deps.db.routerNode.findMany()
      const { id } = await row()
      expect(rows.some(({ busy }) => busy.includes(id))).toBe(true)
    }, 5_000)
    await fixture.age(server)
    await look()
    expect((await row()).state).toBe('ready')
    client.abort()
    await sleepsIn('paused')
    expect(await call()).toBe('up')
  })

  test('null is never', async () => {
    await fixture.settle(server, { pauseAfterSeconds: null, stopAfterSeconds: null })
    await fixture.age(server)
    await look()
    expect((await row()).state).toBe('ready')
  })

  test('while a router is silent nothing falls asleep', async () => {
    await fixture.settle(server, pauses)
    const id = `node_${randomBytes(4).toString('hex')}`
    const seenAt = new Date(Date.now() - 30_000)
    await fixture.deps.db.routerNode.create({ data: { id, seenAt, busy: [] } })
    await fixture.age(server)
    await look()
    expect((await row()).state).toBe('ready')
    await fixture.deps.db.routerNode.delete({ where: { id } })
  })

  // A container does not see the file that breaks it.
  if (column.runtime === 'docker') return

  test('a server that crashes as it wakes is shown as crashed, to the caller too', async () => {
    await fixture.settle(server, stops)
    await sleepsIn('asleep')
    writeFileSync(join(fixture.dataDir, 'broken'), '')
    await expect(call()).rejects.toThrow(/503 .*did not start again/)
    await sleeper.settled()
    expect((await row()).state).toBe('crashed')
    expect((await fixture.notes(server)).at(-1)).toMatch(/did not wake up.*Exit code 7/)
  })
})
