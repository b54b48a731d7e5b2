import { createEvents } from '@moorage/bus/events'
import { createDb } from '@moorage/db/client'
import { testDatabaseUrl } from '@moorage/testing/services'
import { afterAll, expect, test } from 'vitest'
import { createSessionStore } from './session-store.ts'
import { idleState, type Session } from './sessions.ts'

const databaseUrl = await testDatabaseUrl()
const db = createDb(databaseUrl, { maxConnections: 2 })
const events = await createEvents({ databaseUrl })
afterAll(async () => {
  await events.close()
  await db.$disconnect()
})

function session(id: string, initialize: unknown = {}): Session {
  return {
    ...{ serverId: 'srv_1', id, principalId: 'key_1', initialize, client: null, protocol: null },
    home: { instanceId: 'ins_1', restarts: 0, upstreamId: id },
    ...{ createdAtMs: Date.now(), seenAtMs: Date.now(), ...idleState() },
  }
}

/** What no index takes, as it cannot be made shorter. */
const longId = Array.from({ length: 8_000 }, () => Math.random().toString(36)[3]).join('')
const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)

test('a session that cannot be written down keeps no other from being so', async () => {
  const warnings: string[] = []
  const warn = (_fields: object, message: string) => void warnings.push(message)
  const store = createSessionStore({
    ...{ db, events, nodeId: 'node_1' },
    logger: { info: () => {}, warn, error: warn },
  })
  const all = [session('a'), session(longId), session('b'), session('deep', deep), session('c')]
  for (const one of all) store.changed(one)
  await store.flush()
  const kept = await db.session.findMany({ select: { sessionId: true } })
  expect(kept.map(({ sessionId }) => sessionId).sort()).toEqual(['a', 'b', 'c'])
  expect(warnings).toHaveLength(2)
  // They are given up, and not tried with each that follows.
  store.changed(session('d'))
  await store.flush()
  expect(await db.session.count()).toBe(4)
  expect(warnings).toHaveLength(2)
})
