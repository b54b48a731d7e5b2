import { setTimeout as delay } from 'node:timers/promises'
import type { Server } from '@moorage/db/client'
import { removeServer } from '@moorage/deployments/remove-server'
import { rollbackDeployment } from '@moorage/deployments/rollback-deployment'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { actor } from './pipeline-fixture.ts'
import {
  pauses,
  type SleepFixture,
  sleepColumns,
  sleepy,
  startSleepFixture,
  stops,
} from './sleep-fixture.ts'

// With the engine where there is one: the sleeper's own test has both.
describe.each(sleepColumns.slice(-1))('with $runtime runtime, redis: $redis', (column) => {
  let fixture: SleepFixture
  let server: Server

  beforeAll(async () => {
    fixture = await startSleepFixture(column)
    server = await fixture.deployed('one')
  })
  afterAll(() => fixture.close())

  test.each([
    ['paused', 'running'],
    ['asleep', 'running'],
    ['asleep', 'paused'],
    ['paused', 'exited'],
    ['ready', 'paused'],
  ] as const)(
    'a builder killed as the row said %s and the engine %s: the next one answers all the same',
    async (state, engine) => {
      const { driver, deps } = fixture
      await fixture.endBuilder('SIGKILL')
      const { id } = await fixture.instanceOf(server)
      if (engine === 'paused') await driver.pause(id)
      if (engine === 'exited') await driver.stop(id, { graceMs: 0 })
      await deps.db.instance.update({ where: { id }, data: { state } })
      await deps.events.publish({ type: 'server', serverId: server.id })
      const called = delay(500).then(() => fixture.call(server))
      await fixture.startBuilder()
      expect(await called).toBe('one')
      await vi.waitFor(
        async () => expect((await fixture.instanceOf(server)).state).toBe('ready'),
        10_000,
      )
    },
  )

  test('a server that sleeps is replaced, rolled back and removed as any other', async () => {
    await fixture.settle(server, stops)
    await fixture.sleepsIn(server, 'asleep')
    const second = await fixture.settled((await fixture.push(server, sleepy('two'))).id)
    expect([second.status, await fixture.call(server)]).toEqual(['live', 'two'])
    expect(await fixture.driver.list({ serverId: server.id })).toHaveLength(1)

    await fixture.settle(server, pauses)
    await fixture.sleepsIn(server, 'paused')
    const { teamId, id: serverId } = server
    const back = await rollbackDeployment(fixture.deps, { teamId, serverId }, actor)
    await fixture.settled(back.id)
    expect(await fixture.call(server)).toBe('one')

    await fixture.sleepsIn(server, 'paused')
    await removeServer(fixture.deps, { teamId, serverId }, actor)
    await vi.waitFor(async () => expect(await fixture.driver.list({ serverId })).toEqual([]), {
      timeout: 20_000,
    })
  })
})
