import type { Db } from '@moorage/db/client'
import { z } from 'zod'
import type { Logger } from './logger.ts'
import { postgresJson } from './postgres-json.ts'
import { readRpcMessage } from './rpc-message.ts'
import type { Session, SessionChanges, Sessions } from './sessions.ts'

/** What the column `initialize` holds. */
const storedSchema = z.object({
  message: z.unknown(),
  upstreamId: z.string().nullable(),
  restarts: z.number(),
})

export type SessionStore = SessionChanges & {
  /** The sessions of before a restart; those not used since are forgotten. */
  load(sessions: Sessions, usedSince: Date): Promise<void>
  flush(): Promise<void>
}

/** Writes sessions down behind the requests, in batches; what cannot be written is kept for later. */
export function createSessionStore(db: Db, logger: Logger): SessionStore {
  const changed = new Set<Session>()
  const removed = new Set<Session>()
  let loading = false

  return {
    changed: (session) => {
      if (!loading) changed.add(session)
    },
    removed: (session) => {
      changed.delete(session)
      removed.add(session)
    },
    load: async (sessions, usedSince) => {
      await db.session.deleteMany({ where: { seenAt: { lte: usedSince } } })
      const rows = await db.session.findMany({
        where: { seenAt: { gt: usedSince } },
        orderBy: { seenAt: 'asc' },
      })
      loading = true
      for (const row of rows) {
        const stored = storedSchema.safeParse(row.initialize)
        if (stored.success) sessions.open(restored(row, stored.data))
      }
      loading = false
    },
    flush: async () => {
      const put = [...changed]
      const drop = [...removed]
      changed.clear()
      removed.clear()
      try {
        if (drop.length > 0) await erase(db, drop)
        if (put.length > 0) await write(db, put)
      } catch (error) {
        logger.warn({ error, sessions: put.length }, 'Sessions could not be written down yet')
        for (const session of put) if (!removed.has(session)) changed.add(session)
        for (const session of drop) removed.add(session)
      }
    },
  }
}

async function write(db: Db, sessions: Session[]): Promise<void> {
  const rows = sessions.map((session) => ({
    serverId: session.serverId,
    sessionId: session.id,
    instanceId: session.home.instanceId,
    principalId: session.principalId,
    initialize: {
      message: session.initialize,
      upstreamId: session.home.upstreamId,
      restarts: session.home.restarts,
    },
    createdAt: new Date(session.createdAtMs),
    seenAt: new Date(session.seenAtMs),
  }))
  await db.$executeRaw`
    INSERT INTO "Session" ("serverId", "sessionId", "instanceId", "principalId", initialize, "createdAt", "seenAt")
    SELECT * FROM json_to_recordset(${postgresJson(rows)}::json) AS row(
      "serverId" text, "sessionId" text, "instanceId" text, "principalId" text, initialize jsonb,
      "createdAt" timestamp, "seenAt" timestamp)
    ON CONFLICT ("serverId", "sessionId") DO UPDATE SET
      "instanceId" = EXCLUDED."instanceId", initialize = EXCLUDED.initialize, "seenAt" = EXCLUDED."seenAt"`
}

async function erase(db: Db, sessions: Session[]): Promise<void> {
  await db.$executeRaw`
    DELETE FROM "Session" s
    USING unnest(${sessions.map((one) => one.serverId)}::text[],
                 ${sessions.map((one) => one.id)}::text[]) AS gone("serverId", "sessionId")
    WHERE s."serverId" = gone."serverId" AND s."sessionId" = gone."sessionId"`
}

function restored(
  row: {
    serverId: string
    sessionId: string
    instanceId: string
    principalId: string
    createdAt: Date
    seenAt: Date
  },
  stored: z.infer<typeof storedSchema>,
): Session {
  const message = stored.message
    ? readRpcMessage(Buffer.from(JSON.stringify(stored.message)))
    : null
  return {
    serverId: row.serverId,
    id: row.sessionId,
    principalId: row.principalId,
    home: {
      instanceId: row.instanceId,
      restarts: stored.restarts,
      upstreamId: stored.upstreamId,
    },
    former: null,
    initialize: stored.message ?? null,
    client: message?.client ?? null,
    protocol: message?.protocol ?? null,
    createdAtMs: row.createdAt.getTime(),
    seenAtMs: row.seenAt.getTime(),
    inFlight: new Map(),
    asked: new Map(),
    dropLastEventId: false,
    reopening: null,
  }
}
