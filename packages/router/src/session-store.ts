import { setTimeout as sleep } from 'node:timers/promises'
import type { Events } from '@moorage/bus/events'
import type { Db } from '@moorage/db/client'
import type { Logger } from './logger.ts'
import {
  eraseSessions,
  moveSession,
  readSessions,
  readSessionsUsedSince,
  type SessionKey,
  touchSessions,
  writeQuestion,
  writeSessions,
} from './session-row.ts'
import type { Home, Session, SessionChanges } from './sessions.ts'

/** So long a request waits for Postgres, at most, before it goes on without. */
const patienceMs = 1_000
const batchSessions = 500

export type SessionStore = SessionChanges & {
  /** The sessions of before a restart. */
  load(usedSince: Date): Promise<Session[]>
  /** Erases what no router has used since. */
  sweep(usedSince: Date): Promise<void>
  /** One that another router opened; null where there is none. Rejects where Postgres does not say. */
  read(key: SessionKey): Promise<Session | null>
  /** Resolves when all that changed so far is written, or could not be. */
  flush(): Promise<void>
  /** Resolves when the session is written, or at once while Postgres is away. */
  written(): Promise<void>
  /** Resolves when other routers can find out who waits for the answer, or Postgres is away. */
  asked(session: Session, question: { id: string | number; home: Home }): Promise<void>
  /** After `session.home` has changed. False: another router moved it first, to where `read` says. */
  moved(session: Session, from: Home): Promise<boolean>
}

/** Sessions in Postgres, for other routers and for the next one: written in batches, kept for later where it is away. */
export function createSessionStore(deps: {
  db: Db
  events: Events
  logger: Logger
  nodeId: string
}): SessionStore {
  const { db, logger } = deps
  const changed = new Set<Session>()
  const touched = new Set<Session>()
  const removed = new Set<Session>()
  const wanted = new Map<string, { key: SessionKey; found: PromiseWithResolvers<Session | null> }>()
  let isAway = false
  let writing: Promise<void> = Promise.resolve()
  let next: Promise<void> | null = null
  let isReading = false

  function flush(): Promise<void> {
    next ??= writing.then(() => {
      next = null
      writing = writeAll()
      return writing
    })
    return next
  }

  async function writeAll(): Promise<void> {
    const batches = [[...removed], [...changed], [...touched]] as const
    const [drop, put, use] = batches
    for (const set of [removed, changed, touched]) set.clear()
    try {
      if (drop.length > 0) await eraseSessions(db, drop)
      for (const session of drop) tell(session)
      if (put.length > 0) await write(put)
      if (use.length > 0) await touchSessions(db, use)
      isAway = false
    } catch (error) {
      isAway = true
      logger.warn({ error, sessions: put.length }, 'Sessions could not be written down yet')
      for (const session of put) if (!removed.has(session)) changed.add(session)
      for (const session of use) if (!removed.has(session)) touched.add(session)
      for (const session of drop) removed.add(session)
    }
  }

  /** What a server named or a client sent may be more than Postgres takes; such a one is given up, and no other. */
  async function write(sessions: readonly Session[]): Promise<void> {
    try {
      await writeSessions(db, sessions)
    } catch (error) {
      // Throws where it is Postgres that is away.
      await db.$queryRaw`SELECT 1`
      const [first] = sessions
      if (!first) return
      if (sessions.length === 1) {
        const { serverId } = first
        logger.warn({ error, serverId }, 'A session cannot be written down')
        return
      }
      const half = Math.ceil(sessions.length / 2)
      await write(sessions.slice(0, half))
      await write(sessions.slice(half))
    }
  }

  /** Other routers that hold it look again. */
  function tell({ serverId, id }: SessionKey): void {
    deps.events
      .publish({ type: 'session', serverId, sessionId: id, nodeId: deps.nodeId })
      .catch((error: unknown) => logger.warn({ error }, 'Could not tell that a session changed'))
  }

  /** All that was asked for meanwhile in one statement, so that made-up ids cost Postgres little. */
  async function readWanted(): Promise<void> {
    isReading = true
    while (wanted.size > 0) {
      const batch = [...wanted].slice(0, batchSessions)
      for (const [name] of batch) wanted.delete(name)
      try {
        const sessions = await readSessions(
          db,
          batch.map(([, { key }]) => key),
        )
        const byName = new Map(sessions.map((session) => [nameOf(session), session]))
        for (const [name, { found }] of batch) found.resolve(byName.get(name) ?? null)
      } catch (error) {
        for (const [, { found }] of batch) found.reject(error)
      }
    }
    isReading = false
  }

  return {
    changed: (session) => void changed.add(session),
    touched: (session) => void touched.add(session),
    removed: (session) => {
      changed.delete(session)
      touched.delete(session)
      removed.add(session)
    },
    load: (usedSince) => readSessionsUsedSince(db, usedSince),
    sweep: async (usedSince) => {
      await db.session
        .deleteMany({ where: { seenAt: { lte: usedSince } } })
        .catch((error: unknown) => logger.warn({ error }, 'Old sessions could not be erased yet'))
    },
    read: (key) => {
      for (const session of removed)
        if (nameOf(session) === nameOf(key)) return Promise.resolve(null)
      const entry = wanted.get(nameOf(key)) ?? { key, found: Promise.withResolvers() }
      wanted.set(nameOf(key), entry)
      if (!isReading) void readWanted()
      return inTime(entry.found.promise)
    },
    flush,
    written: async () => {
      const done = flush()
      if (!isAway) await Promise.race([done, sleep(patienceMs, undefined, { ref: false })])
    },
    asked: async (session, question) => {
      if (isAway) return
      await inTime(writeQuestion(db, session, question)).catch((error: unknown) =>
        logger.warn({ error }, 'Other routers do not know which instance asked the client'),
      )
    },
    moved: async (session, from) => {
      const isFirst = await inTime(moveSession(db, session, from))
      if (isFirst) tell(session)
      return isFirst
    },
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Symbol()
  const done = await Promise.race([work, sleep(patienceMs, late, { ref: false })])
  if (done === late) throw new Error('Postgres did not answer in time.')
  return done as T
}

function nameOf({ serverId, id }: SessionKey): string {
  return `${serverId} ${id}`
}
