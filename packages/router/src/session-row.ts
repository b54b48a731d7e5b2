import type { Db } from '@moorage/db/client'
import { z } from 'zod'
import { postgresJson } from './postgres-json.ts'
import { readRpcMessage } from './rpc-message.ts'
import { endpointPrefix, type Home, idleState, type Session } from './sessions.ts'

/** Names a session as its primary key does. */
export type SessionKey = Pick<Session, 'serverId' | 'id'>

/** What the column `initialize` holds. */
const storedSchema = z.object({
  message: z.unknown(),
  upstreamId: z.string().nullable(),
  restarts: z.number(),
  logLevel: z.string().nullable().default(null),
  resources: z.array(z.string()).default([]),
})

/** What the column `asked` holds: homes by the question's id, in JSON as ids are strings or numbers. */
const askedSchema = z.record(
  z.string(),
  z.object({
    instanceId: z.string(),
    upstreamId: z.string().nullable(),
    restarts: z.number(),
  }),
)
const maxAsked = 100

type Row = {
  serverId: string
  sessionId: string
  instanceId: string
  principalId: string
  initialize: unknown
  asked: unknown
  createdAt: Date
  seenAt: Date
}

export async function readSessions(db: Db, keys: readonly SessionKey[]): Promise<Session[]> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT s.* FROM "Session" s
    JOIN unnest(${keys.map((key) => key.serverId)}::text[], ${keys.map((key) => key.id)}::text[])
      AS wanted("serverId", "sessionId") USING ("serverId", "sessionId")`
  return rows.flatMap(restored)
}

/** In the order of last use. */
export async function readSessionsUsedSince(db: Db, since: Date): Promise<Session[]> {
  const where = { seenAt: { gt: since } }
  return (await db.session.findMany({ where, orderBy: { seenAt: 'asc' } })).flatMap(restored)
}

export async function writeSessions(db: Db, sessions: readonly Session[]): Promise<void> {
  const rows = sessions.map((session) => ({
    serverId: session.serverId,
    sessionId: session.id,
    instanceId: session.home.instanceId,
    principalId: session.principalId,
    initialize: stored(session),
    createdAt: new Date(session.createdAtMs),
    seenAt: new Date(session.seenAtMs),
  }))
  await db.$executeRaw`
    INSERT INTO "Session" ("serverId", "sessionId", "instanceId", "principalId", initialize, "createdAt", "seenAt")
    SELECT * FROM json_to_recordset(${postgresJson(rows)}::json) AS row(
      "serverId" text, "sessionId" text, "instanceId" text, "principalId" text, initialize jsonb,
      "createdAt" timestamp, "seenAt" timestamp)
    ON CONFLICT ("serverId", "sessionId") DO UPDATE SET
      "instanceId" = EXCLUDED."instanceId", "principalId" = EXCLUDED."principalId",
      initialize = EXCLUDED.initialize, "seenAt" = EXCLUDED."seenAt"`
}

/** That it was used, and nothing else: another router may have moved it meanwhile. */
export async function touchSessions(db: Db, sessions: readonly Session[]): Promise<void> {
  await db.$executeRaw`
    UPDATE "Session" s SET "seenAt" = GREATEST(s."seenAt", used.at)
    FROM unnest(${sessions.map((one) => one.serverId)}::text[],
                ${sessions.map((one) => one.id)}::text[],
                ${sessions.map((one) => new Date(one.seenAtMs).toISOString())}::timestamp[])
      AS used("serverId", "sessionId", at)
    WHERE s."serverId" = used."serverId" AND s."sessionId" = used."sessionId"`
}

export async function eraseSessions(db: Db, keys: readonly SessionKey[]): Promise<void> {
  await db.$executeRaw`
    DELETE FROM "Session" s
    USING unnest(${keys.map((key) => key.serverId)}::text[], ${keys.map((key) => key.id)}::text[])
      AS gone("serverId", "sessionId")
    WHERE s."serverId" = gone."serverId" AND s."sessionId" = gone."sessionId"`
}

/** Beside what else is known of the session, which another router may be writing down. */
export async function writeQuestion(
  db: Db,
  { serverId, id }: SessionKey,
  question: { id: string | number; home: Home },
): Promise<void> {
  const asked = postgresJson({ [JSON.stringify(question.id)]: question.home })
  await db.$executeRaw`
    UPDATE "Session" SET asked = CASE
      WHEN (SELECT count(*) FROM jsonb_object_keys(asked)) < ${maxAsked} THEN asked
      ELSE '{}' END || ${asked}::jsonb
    WHERE "serverId" = ${serverId} AND "sessionId" = ${id}`
}

/** False: it is no longer where this router thought, as another one moved it first. */
export async function moveSession(
  db: Db,
  session: Session,
  from: Session['home'],
): Promise<boolean> {
  const moved = await db.$executeRaw`
    UPDATE "Session" SET "instanceId" = ${session.home.instanceId},
      initialize = ${postgresJson(stored(session))}::jsonb
    WHERE "serverId" = ${session.serverId} AND "sessionId" = ${session.id}
      AND "instanceId" = ${from.instanceId}
      AND initialize->>'upstreamId' IS NOT DISTINCT FROM ${from.upstreamId}::text
      AND (initialize->>'restarts')::int = ${from.restarts}`
  return moved === 1
}

function stored({ initialize, home, replay }: Session): z.infer<typeof storedSchema> {
  const { upstreamId, restarts } = home
  const resources = [...replay.resources]
  return { message: initialize, upstreamId, restarts, logLevel: replay.logLevel, resources }
}

/** None, where the row is of a version that wrote it otherwise. */
function restored(row: Row): Session[] {
  const { data } = storedSchema.safeParse(row.initialize)
  if (!data) return []
  const message = data.message ? readRpcMessage(Buffer.from(JSON.stringify(data.message))) : null
  return [
    {
      serverId: row.serverId,
      id: row.sessionId,
      principalId: row.principalId,
      home: { instanceId: row.instanceId, restarts: data.restarts, upstreamId: data.upstreamId },
      initialize: data.message ?? null,
      client: message?.client ?? null,
      protocol: message?.protocol ?? null,
      createdAtMs: row.createdAt.getTime(),
      seenAtMs: row.seenAt.getTime(),
      ...idleState(),
      pending: row.sessionId.startsWith(endpointPrefix) ? new Set() : null,
      replay: { logLevel: data.logLevel, resources: new Set(data.resources) },
      asked: restoredQuestions(row.asked),
    },
  ]
}

function restoredQuestions(value: unknown): Session['asked'] {
  const { data = {} } = askedSchema.safeParse(value)
  return new Map(Object.entries(data).map(([id, home]) => [JSON.parse(id), home]))
}
