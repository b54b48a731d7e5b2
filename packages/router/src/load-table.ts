import { setImmediate as nextTurn } from 'node:timers/promises'
import { openRemote, type RemoteTarget } from '@moorage/access/remote-target'
import type { EncryptionKey } from '@moorage/access/secret-box'
import type { Db } from '@moorage/db/client'
import { readCallerSecrets } from '@moorage/domain/caller-secrets'
import type { Role } from '@moorage/domain/permission'
import { readKeyUses, readPolicy } from '@moorage/domain/policy'
import { readKeyLimits, readRouting } from '@moorage/domain/routing'
import type { Logger } from './logger.ts'
import {
  grantKey,
  type InstanceEntry,
  type KeyEntry,
  type Membership,
  type PersonEntry,
  type ServerEntry,
  secretKey,
} from './table.ts'

export type LoadDeps = { db: Db; encryptionKey: EncryptionKey; logger: Logger }

type InstanceRow = {
  id: string
  deploymentId: string
  runtime: string
  host: string
  port: number
  state: string
  restarts: number
  remote: unknown
}

type ServerRow = {
  id: string
  serverId: string
  teamId: string
  slug: string
  access: ServerEntry['access']
  routing: unknown
  policy: unknown
  callerSecrets: unknown
  /** A bigint, as text. */
  version: string | null
  deploymentId: string | null
  hostnames: string[]
  planPath: string | null
  planPort: number | null
  planTransport: string | null
  instances: InstanceRow[]
}

/**
 * Every server, or the named ones and all whose route is newer than `newerThan`. One statement,
 * so one snapshot: what comes back holds every route up to the highest version in it.
 */
export async function readServers(
  { db, ...deps }: LoadDeps,
  only?: { ids: string[]; newerThan: bigint },
): Promise<ServerEntry[]> {
  const pages = await db.$queryRaw<Page[]>`
    WITH place AS (
      SELECT s.id, s.id AS "serverId", NULL AS "previewId", s.slug, r.version, r."deploymentId"
      FROM "Server" s LEFT JOIN "Route" r ON r."serverId" = s.id
      UNION ALL
      SELECT p.id, s.id, p.id, s.slug || '--' || p.name, p.version, p."deploymentId"
      FROM "Preview" p JOIN "Server" s ON s.id = p."serverId"
    ), entry AS (
      SELECT p.id, p."serverId", s."teamId", p.slug, s.access::text AS access, s.routing,
             s.policy, p.version::text AS version, p."deploymentId", d.plan->>'path' AS "planPath",
             (d.plan->>'port')::int AS "planPort", d.plan->>'transport' AS "planTransport",
             CASE WHEN p."previewId" IS NULL THEN d.plan->'callerSecrets' END AS "callerSecrets",
             COALESCE(i.instances, '[]'::json) AS instances,
             ARRAY(SELECT hostname FROM "Domain" n
                   WHERE n."serverId" = p.id AND n."verifiedAt" IS NOT NULL) AS hostnames,
             row_number() OVER () / ${pageRows}::int AS page
      FROM place p
      JOIN "Server" s ON s.id = p."serverId"
      LEFT JOIN "Deployment" d ON d.id = p."deploymentId"
      LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object('id', n.id, 'deploymentId', n."deploymentId",
          'runtime', n.runtime, 'host', n.host, 'port', n.port, 'state', n.state,
          'restarts', n.restarts + n.wakes, 'remote', n.remote) ORDER BY n.id) AS instances
        FROM "Instance" n
        JOIN "Deployment" o ON o.id = n."deploymentId"
        WHERE n."serverId" = s.id AND o."previewId" IS NOT DISTINCT FROM p."previewId"
          AND n.state IN ('ready', 'draining', 'paused', 'asleep')
          AND n.host IS NOT NULL AND n.port IS NOT NULL
      ) i ON true
      JOIN "Team" t ON t.id = s."teamId" AND t."deletedAt" IS NULL
      WHERE ${only === undefined} OR s.id = ANY(${only?.ids ?? []}::text[])
         OR p.id = ANY(${only?.ids ?? []}::text[])
         OR p.version > ${only?.newerThan ?? 0n}::bigint
    )
    SELECT json_agg(entry)::text AS rows FROM entry GROUP BY page`
  return readPages<ServerRow, ServerEntry>(pages, (row) => serverEntry(deps, row))
}

type KeyRow = Omit<KeyEntry, 'user' | 'owner' | 'limits' | 'uses' | 'former'> & {
  limits: unknown
  uses: unknown
  formerHash: string | null
  formerUntilMs: number | null
  accountId: string | null
  accountRole: Role | null
  userId: string | null
  email: string | null
  role: Role | null
}

/** The keys that are not revoked: every one, or of the named ones and those that these people made. */
export async function readKeys(
  db: Db,
  only?: { ids: string[]; madeBy: string[] },
): Promise<KeyEntry[]> {
  const pages = await db.$queryRaw<Page[]>`
    WITH entry AS (
      SELECT k.id, k.name, k."teamId", t.slug AS "teamSlug", k."serverId", k.scopes, k.limits,
             (extract(epoch FROM k."expiresAt") * 1000)::float8 AS "expiresAtMs", k.hash,
             k.uses, k."formerHash", (extract(epoch FROM k."formerUntil") * 1000)::float8 AS "formerUntilMs",
             a.id AS "accountId", a.role AS "accountRole",
             u.id AS "userId", u.email, m.role, row_number() OVER () / ${pageRows}::int AS page
      FROM "ApiKey" k
      JOIN "Team" t ON t.id = k."teamId" AND t."deletedAt" IS NULL
      LEFT JOIN "Member" m ON m."teamId" = k."teamId" AND m."userId" = k."createdById"
      LEFT JOIN "User" u ON u.id = m."userId"
      LEFT JOIN "ServiceAccount" a ON a.id = k."serviceAccountId"
      WHERE k."revokedAt" IS NULL
        AND (${only === undefined} OR k.id = ANY(${only?.ids ?? []}::text[])
          OR k."createdById" = ANY(${only?.madeBy ?? []}::text[])
          OR k."serviceAccountId" = ANY(${only?.madeBy ?? []}::text[]))
    )
    SELECT json_agg(entry)::text AS rows FROM entry GROUP BY page`
  return readPages(pages, keyEntry)
}

/** Rows as one text of JSON, as the database client would take longer over them than all else takes. */
type Page = { rows: string }

const pageRows = 2_000

/** Page by page, so that requests get their turn in between. */
async function readPages<Row, Entry>(
  pages: Page[],
  entryOf: (row: Row) => Entry,
): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const { rows } of pages) {
    for (const row of JSON.parse(rows) as Row[]) entries.push(entryOf(row))
    if (pages.length > 1) await nextTurn()
  }
  return entries
}

function keyEntry(row: KeyRow): KeyEntry {
  const { userId, email, role, accountId, accountRole, formerHash, formerUntilMs } = row
  const user = userId && email && role ? { id: userId, email, role } : null
  const account = accountId && accountRole ? { id: accountId, role: accountRole } : null
  return {
    id: row.id,
    name: row.name,
    teamId: row.teamId,
    teamSlug: row.teamSlug,
    user,
    owner: user ?? account,
    serverId: row.serverId,
    scopes: row.scopes,
    limits: readKeyLimits(row.limits),
    uses: readKeyUses(row.uses),
    expiresAtMs: row.expiresAtMs,
    hash: row.hash,
    former: formerHash && formerUntilMs ? { hash: formerHash, untilMs: formerUntilMs } : null,
  }
}

type PersonRow = Omit<PersonEntry, 'memberships' | 'grants' | 'secrets'> & {
  memberships: (Membership & { teamId: string })[]
  grants: { clientId: string; serverId: string }[]
  secrets: { serverId: string; name: string; value: string }[]
}

/** Everyone who can have an access token, or the named ones. */
export async function readPeople(db: Db, ids?: string[]): Promise<PersonEntry[]> {
  const rows = await db.$queryRaw<PersonRow[]>`
    SELECT u.id, u.name, u.email, 0::float8 AS "sinceMs",
           COALESCE(json_agg(json_build_object('teamId', t.id, 'teamSlug', t.slug, 'role', m.role))
             FILTER (WHERE t.id IS NOT NULL), '[]'::json) AS memberships,
           COALESCE((SELECT json_agg(json_build_object('clientId', g."clientId", 'serverId', g."serverId"))
             FROM "OauthGrant" g WHERE g."userId" = u.id), '[]'::json) AS grants,
           COALESCE((SELECT json_agg(json_build_object('serverId', c."serverId", 'name', c.name, 'value', c.value))
             FROM "CallerSecret" c WHERE c."userId" = u.id), '[]'::json) AS secrets
    FROM "User" u
    LEFT JOIN "Member" m ON m."userId" = u.id
    LEFT JOIN "Team" t ON t.id = m."teamId" AND t."deletedAt" IS NULL
    WHERE ${ids === undefined} OR u.id = ANY(${ids ?? []}::text[])
    GROUP BY u.id
    UNION ALL
    SELECT a.id, a.name, NULL, floor(extract(epoch FROM c."createdAt"))::float8 * 1000,
           json_build_array(json_build_object('teamId', t.id, 'teamSlug', t.slug, 'role', a.role)),
           '[]'::json, '[]'::json
    FROM "OauthClient" c
    JOIN "ServiceAccount" a ON a.id = c."serviceAccountId"
    JOIN "Team" t ON t.id = a."teamId" AND t."deletedAt" IS NULL
    WHERE ${ids === undefined} OR a.id = ANY(${ids ?? []}::text[])`
  return rows.map(({ memberships, grants, secrets, ...row }) => ({
    ...row,
    memberships: new Map(memberships.map(({ teamId, ...membership }) => [teamId, membership])),
    grants: new Set(grants.map(({ clientId, serverId }) => grantKey(clientId, serverId))),
    secrets: secrets.length === 0 ? noSecrets : secretMap(secrets),
  }))
}

const noSecrets: PersonEntry['secrets'] = new Map()

function secretMap(secrets: PersonRow['secrets']): PersonEntry['secrets'] {
  return new Map(secrets.map(({ serverId, name, value }) => [secretKey(serverId, name), value]))
}

function serverEntry(deps: Omit<LoadDeps, 'db'>, row: ServerRow): ServerEntry {
  const routing = readRouting(row.routing)
  const instances = row.instances.flatMap((instance) => instanceEntry(deps, row, instance) ?? [])
  const remote = instances.find((instance) => instance.current)?.remote
  return {
    id: row.id,
    serverId: row.serverId,
    teamId: row.teamId,
    slug: row.slug,
    access: row.access,
    policy: readPolicy(row.policy),
    callerSecrets: readCallerSecrets(row.callerSecrets),
    mcpPath: remote?.path ?? row.planPath ?? '/mcp',
    isLegacySse: row.planTransport === 'sse',
    reopenSessions: routing.reopenSessions,
    routing,
    hostnames: row.hostnames,
    version: row.version === null ? null : BigInt(row.version),
    instances,
  }
}

/** Null where a remote one's secrets cannot be opened, which is no other server's trouble. */
function instanceEntry(
  deps: Omit<LoadDeps, 'db'>,
  server: ServerRow,
  row: InstanceRow,
): InstanceEntry | null {
  const { id, restarts } = row
  const isRouted = row.deploymentId === server.deploymentId
  const current = row.state === 'ready' && isRouted
  const sleeping = (row.state === 'paused' || row.state === 'asleep') && isRouted
  const common = { id, serverId: server.id, restarts, current, sleeping }
  if (row.runtime !== 'remote') return { ...common, ...localPlace(server, row), remote: null }
  try {
    return { ...common, ...remotePlace(openRemote(deps.encryptionKey, id, row.remote)) }
  } catch (error) {
    deps.logger.error({ error, instanceId: id }, 'A remote server cannot be read')
    return null
  }
}

function remotePlace({ url, headers }: RemoteTarget) {
  const { origin, host, pathname, search } = new URL(url)
  const remote = { path: pathname + search, headers: Object.entries(headers).flat() }
  return { origin, hostHeader: host, remote }
}

function localPlace(server: ServerRow, row: InstanceRow) {
  const host = row.host.includes(':') ? `[${row.host}]` : row.host
  // In a container the server listens on the plan's port, whatever port of ours leads there; one
  // that checks Host against what it is bound to would refuse ours.
  const port = row.runtime === 'docker' ? (server.planPort ?? row.port) : row.port
  return { origin: `http://${host}:${row.port}`, hostHeader: `127.0.0.1:${port}` }
}
