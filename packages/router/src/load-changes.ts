import type { Db } from '@moorage/db/client'

/** What the table has to look at again to be what Postgres says. */
export type Changes = {
  /** To be given to the next call: a transaction that was not over yet is seen then. */
  horizon: string
  serverIds: string[]
  keyIds: string[]
  personIds: string[]
  /** How many there are: where the table holds more, some are gone. */
  servers: number
  keys: number
  people: number
  /** How many rows there are of what can be deleted beside these. */
  domains: number
  previews: number
  members: number
  grants: number
  callerSecrets: number
}

type Count =
  | 'servers'
  | 'keys'
  | 'people'
  | 'domains'
  | 'previews'
  | 'members'
  | 'grants'
  | 'callerSecrets'
type Row = Omit<Changes, Count> & Record<Count, bigint>

/**
 * Servers, keys and people with a row that a transaction has written which the snapshot of `since` did not
 * see: Postgres keeps in each row's `xmin` who wrote it, so nothing else has to keep account.
 * Without `since` it names none.
 */
export async function readChanges(db: Db, since: string | null): Promise<Changes> {
  // Compared by age, as xmin has 32 bits and starts anew.
  const [row] = await db.$queryRaw<Row[]>`
    WITH since AS (SELECT age(${since ?? '0'}::xid8::xid) AS age, ${since !== null}::boolean AS known),
    team AS (SELECT id FROM "Team", since WHERE known AND age("Team".xmin) <= age),
    member AS (SELECT "userId" FROM "Member", since WHERE known AND age("Member".xmin) <= age
      UNION SELECT id FROM "User", since WHERE known AND age("User".xmin) <= age)
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon,
      ARRAY(SELECT id FROM "Server" s, since WHERE known AND age(s.xmin) <= age
        UNION SELECT "serverId" FROM "Route" r, since WHERE known AND age(r.xmin) <= age
        UNION SELECT "serverId" FROM "Instance" i, since WHERE known AND age(i.xmin) <= age
        UNION SELECT "serverId" FROM "Preview" p, since WHERE known AND age(p.xmin) <= age
        UNION SELECT s.id FROM "Server" s JOIN team ON team.id = s."teamId"
        UNION SELECT "serverId" FROM "Domain" d, since WHERE known AND age(d.xmin) <= age
      ) AS "serverIds",
      ARRAY(SELECT id FROM "ApiKey" k, since WHERE known AND age(k.xmin) <= age
        UNION SELECT k.id FROM "ApiKey" k JOIN team ON team.id = k."teamId"
        UNION SELECT k.id FROM "ApiKey" k JOIN member ON member."userId" = k."createdById"
      ) AS "keyIds",
      ARRAY(SELECT "userId" FROM member
        UNION SELECT m."userId" FROM "Member" m JOIN team ON team.id = m."teamId"
        UNION SELECT "userId" FROM "CallerSecret" c, since WHERE known AND age(c.xmin) <= age
        UNION SELECT "userId" FROM "OauthGrant" g, since WHERE known AND age(g.xmin) <= age
        UNION SELECT a.id FROM "ServiceAccount" a, since WHERE known AND age(a.xmin) <= age
        UNION SELECT a.id FROM "ServiceAccount" a JOIN team ON team.id = a."teamId"
        UNION SELECT "serviceAccountId" FROM "OauthClient" c, since
          WHERE known AND age(c.xmin) <= age AND "serviceAccountId" IS NOT NULL
      ) AS "personIds",
      (SELECT count(*) FROM "Server") AS servers,
      (SELECT count(*) FROM "ApiKey" WHERE "revokedAt" IS NULL) AS keys,
      (SELECT count(*) FROM "User")
        + (SELECT count(*) FROM "OauthClient" WHERE "serviceAccountId" IS NOT NULL) AS people,
      (SELECT count(*) FROM "Domain") AS domains,
      (SELECT count(*) FROM "Preview") AS previews,
      (SELECT count(*) FROM "Member") AS members,
      (SELECT count(*) FROM "OauthGrant") AS grants,
      (SELECT count(*) FROM "CallerSecret") AS "callerSecrets"`
  if (!row) throw new Error('Postgres did not say what has changed.')
  const { servers, keys, people, domains, previews, members, grants, callerSecrets, ...rest } = row
  return {
    ...rest,
    servers: Number(servers),
    keys: Number(keys),
    people: Number(people),
    domains: Number(domains),
    previews: Number(previews),
    members: Number(members),
    grants: Number(grants),
    callerSecrets: Number(callerSecrets),
  }
}

/** Of these, those that are gone. */
export async function goneServers(db: Db, ids: string[]): Promise<string[]> {
  return without(ids, await db.$queryRaw<{ id: string }[]>`SELECT id FROM "Server"`)
}

export async function goneKeys(db: Db, ids: string[]): Promise<string[]> {
  const good = await db.$queryRaw<
    { id: string }[]
  >`SELECT id FROM "ApiKey" WHERE "revokedAt" IS NULL`
  return without(ids, good)
}

export async function gonePeople(db: Db, ids: string[]): Promise<string[]> {
  return without(
    ids,
    await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM "User" UNION ALL
    SELECT "serviceAccountId" FROM "OauthClient" WHERE "serviceAccountId" IS NOT NULL`,
  )
}

function without(ids: string[], there: { id: string }[]): string[] {
  const known = new Set(there.map(({ id }) => id))
  return ids.filter((id) => !known.has(id))
}
