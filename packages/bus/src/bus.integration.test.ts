import { setTimeout as sleep } from 'node:timers/promises'
import { queuePriority } from '@moorage/domain/deployment'
import { newId } from '@moorage/domain/id'
import { testDatabaseUrl, testRedisUrl } from '@moorage/testing/services'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createEvents, type Events, type PlatformEvent } from './events.ts'
import { type BusOptions, createDeployQueue, createDeployWorker, type JobOutcome } from './jobs.ts'

const until = { timeout: 10_000, interval: 20 }

describe.each(['postgres', 'redis'] as const)('on %s', (kind) => {
  let bus: BusOptions
  const closers: (() => Promise<void>)[] = []
  beforeAll(async () => {
    bus = {
      databaseUrl: await testDatabaseUrl(),
      redisUrl: kind === 'redis' ? testRedisUrl() : undefined,
    }
  })
  afterAll(async () => {
    for (const close of closers.reverse()) await close()
  })

  async function openEvents(): Promise<Events> {
    const events = await createEvents(bus)
    closers.push(() => events.close())
    return events
  }

  test('an event reaches every subscriber of every process, in order', async () => {
    const [one, two] = [await openEvents(), await openEvents()]
    const seen: PlatformEvent[] = []
    await two.subscribe((event) => seen.push(event))
    for (let n = 0; n < 20; n++) await one.publish({ type: 'key', keyId: String(n) })
    const order = () =>
      seen
        .flatMap((event) => (event.type === 'key' ? Number(event.keyId) : []))
        .filter((n) => n < 20)
    await vi.waitFor(() => expect(order()).toEqual(Array.from({ length: 20 }, (_, n) => n)), until)
  })

  test('a subscription that was ended hears nothing more', async () => {
    const events = await openEvents()
    const heard: string[] = []
    const unsubscribe = await events.subscribe((event) => heard.push(`gone ${event.type}`))
    await events.subscribe((event) => heard.push(`kept ${event.type}`))
    await unsubscribe()
    await events.publish({ type: 'server', serverId: 'x' })
    await vi.waitFor(() => expect(heard).toContain('kept server'), until)
    expect(heard).not.toContain('gone server')
  })

  test('a job added twice runs once, can be put off, and can be added again afterwards', async () => {
    const id = newId('dep')
    const runs: number[] = []
    const outcomes: JobOutcome[] = [{ retryInMs: 300 }, 'done', 'done']
    const queue = await createDeployQueue(bus)
    await queue.add(id, { priority: 1 })
    await queue.add(id, { priority: 1 })
    const worker = createDeployWorker({
      ...bus,
      concurrency: 2,
      handle: async (deploymentId) => {
        if (deploymentId !== id) return 'done'
        runs.push(Date.now())
        return outcomes[runs.length - 1] ?? 'done'
      },
      onError: () => {},
    })
    await vi.waitFor(() => expect(runs).toHaveLength(2), until)
    expect((runs[1] ?? 0) - (runs[0] ?? 0)).toBeGreaterThanOrEqual(280)
    await sleep(300)
    expect(runs).toHaveLength(2)
    await queue.add(id, { priority: 1 })
    await vi.waitFor(() => expect(runs).toHaveLength(3), until)
    await worker.close()
    await queue.close()
  })

  test('a handler that throws is reported, and its job can be added again', async () => {
    const id = newId('dep')
    const errors: string[] = []
    let fail = true
    const queue = await createDeployQueue(bus)
    const worker = createDeployWorker({
      ...bus,
      concurrency: 1,
      handle: async (deploymentId) => {
        if (deploymentId === id && fail) throw new Error('the database is away')
        if (deploymentId === id) errors.push('ran')
        return 'done'
      },
      onError: (error) => errors.push(error.message),
    })
    await queue.add(id, { priority: 1 })
    await vi.waitFor(() => expect(errors).toEqual(['the database is away']), until)
    fail = false
    await vi.waitFor(async () => {
      await queue.add(id, { priority: 1 })
      expect(errors).toContain('ran')
    }, until)
    await worker.close()
    await queue.close()
  })

  test('production is taken up before previews that came earlier, and each in its order', async () => {
    const ran: string[] = []
    const queue = await createDeployQueue(bus)
    const kinds = ['preview', 'preview', 'production', 'production'] as const
    const jobs = kinds.map((kind) => ({ kind, id: newId('dep') }))
    for (const { id, kind } of jobs) await queue.add(id, { priority: queuePriority(kind) })
    const worker = createDeployWorker({
      ...bus,
      concurrency: 1,
      handle: async (id) => {
        if (jobs.some((job) => job.id === id)) ran.push(id)
        return 'done'
      },
      onError: () => {},
    })
    const [first, second, third, fourth] = jobs.map(({ id }) => id)
    await vi.waitFor(() => expect(ran).toHaveLength(4), until)
    expect(ran).toEqual([third, fourth, first, second])
    await worker.close()
    await queue.close()
  })

  test('a waiting job that was removed never runs', async () => {
    const [gone, kept] = [newId('dep'), newId('dep')]
    const ran: string[] = []
    const queue = await createDeployQueue(bus)
    await queue.add(gone, { priority: 1 })
    await queue.add(kept, { priority: 2 })
    await queue.remove(gone)
    const worker = createDeployWorker({
      ...bus,
      concurrency: 1,
      handle: async (id) => {
        ran.push(id)
        return 'done'
      },
      onError: () => {},
    })
    await vi.waitFor(() => expect(ran).toContain(kept), until)
    expect(ran).not.toContain(gone)
    await worker.close()
    await queue.close()
  })
})
