import { setTimeout as sleep } from 'node:timers/promises'
import { createEvents, type Events } from '@moorage/bus/events'
import { createDb, type Db } from '@moorage/db/client'
import { testDatabaseUrl } from '@moorage/testing/services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLogWriter } from './append.ts'
import { followLogs } from './follow.ts'
import { queryLogs } from './query.ts'

let deps: { db: Db; events: Events }
const source = (deploymentId: string) => ({ serverId: 'srv_1', deploymentId, instanceId: null })

beforeAll(async () => {
  const databaseUrl = await testDatabaseUrl()
  deps = { db: createDb(databaseUrl), events: await createEvents({ databaseUrl }) }
})
afterAll(async () => {
  await Promise.all([deps.events.close(), deps.db.$disconnect()])
})

async function write(deploymentId: string, lines: string[]): Promise<void> {
  const writer = createLogWriter(deps, source(deploymentId))
  for (const line of lines) writer.write('build', line)
  await writer.flush()
}

test('lines come back in the order in which they were written, page by page', async () => {
  const lines = Array.from({ length: 1_250 }, (_, n) => `line ${n}`)
  await write('dep_order', lines)
  const filter = { serverId: 'srv_1', deploymentId: 'dep_order' }
  const read: string[] = []
  let after = '0'
  for (;;) {
    const page = await queryLogs(deps, filter, { after, limit: 500 })
    if (page.length === 0) break
    read.push(...page.map((entry) => entry.text))
    after = page.at(-1)?.id ?? after
  }
  expect(read).toEqual(lines)
  const newest = await queryLogs(deps, filter, { limit: 2 })
  expect(newest.map((entry) => entry.text)).toEqual(['line 1248', 'line 1249'])
  const before = await queryLogs(deps, filter, { before: newest[0]?.id ?? '', limit: 1 })
  expect(before.map((entry) => entry.text)).toEqual(['line 1247'])
})

test('a line that Postgres cannot hold, a redrawn one and an endless one are made fit', async () => {
  await write('dep_odd', ['a\0b', '10%\r50%\r100%', 'x'.repeat(100_000), 'one\ntwo', 'dos\r'])
  const entries = await queryLogs(
    deps,
    { serverId: 'srv_1', deploymentId: 'dep_odd' },
    { limit: 10 },
  )
  const texts = entries.map((entry) => entry.text)
  expect(texts.filter((text) => text.length < 100)).toEqual(['ab', '100%', 'one', 'two', 'dos'])
  expect(texts.find((text) => text.length > 100)?.length).toBeLessThan(17_000)
})

test('nobody reads the lines of another server', async () => {
  await write('dep_mine', ['mine'])
  expect(
    await queryLogs(deps, { serverId: 'srv_2', deploymentId: 'dep_mine' }, { limit: 10 }),
  ).toEqual([])
})

test('a follower gets what is there and then what comes, each line once', async () => {
  await write('dep_follow', ['before'])
  const abort = new AbortController()
  const seen: string[] = []
  const following = (async () => {
    const filter = { serverId: 'srv_1', deploymentId: 'dep_follow' }
    for await (const batch of followLogs(deps, filter, '0', abort.signal)) {
      seen.push(...batch.map((entry) => entry.text))
      if (seen.length >= 61) abort.abort()
    }
  })()
  for (let n = 0; n < 30; n++) {
    await write('dep_follow', [`${n} a`, `${n} b`])
    if (n % 10 === 0) await sleep(50)
  }
  await following
  expect(seen).toEqual([
    'before',
    ...Array.from({ length: 30 }, (_, n) => [`${n} a`, `${n} b`]).flat(),
  ])
})

test('a follower that leaves ends at once, also while nothing is said', async () => {
  const abort = new AbortController()
  const lines = followLogs(deps, { serverId: 'srv_quiet' }, '0', abort.signal)
  const next = lines.next()
  setTimeout(() => abort.abort(), 100)
  expect(await next).toEqual({ done: true, value: undefined })
})
