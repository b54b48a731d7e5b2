import type { Db } from '@moorage/db/client'
import type { Role } from '@moorage/domain/permission'
import { readKeyLimits, readRouting } from '@moorage/domain/routing'
import type { InstanceEntry, KeyEntry, ServerEntry } from './table.ts'

type InstanceRow = {
  id: string
  deploymentId: string
  runtime: string
  host: string
  port: number
  state: string
  restarts: number
}

type ServerRow = {
  id: string
  teamId: string
  slug: string
  access: ServerEntry['access']
  routing: unknown
  version: bigint | null
  deploymentId: string | null
  hostnames: string[]
  planPath: string | null
  planPort: number | null
  instances: InstanceRow[]
}

/**
 * Every server, or the named ones and all whose route is newer than `newerThan`. One statement,
 * so one snapshot: what comes back holds every route up to the highest version in it.
 */
export async function readServers(
  db: Db,
  only?: { ids: string[]; newerThan: bigint },
): Promise<ServerEntry[]> {
  const rows = await db.$queryRaw<ServerRow[]>`
    SELECT s.id, s."teamId", s.slug, s.access::text AS access, s.routing, r.version,
           r."deploymentId", d.plan->>'path' AS "planPath", (d.plan->>'port')::int AS "planPort",
           COALESCE(i.instances, '[]'::json) AS instances,
           ARRAY(SELECT hostname FROM "Domain" n
                 WHERE n."serverId" = s.id AND n."verifiedAt" IS NOT NULL) AS hostnames
    FROM "Server" s
    LEFT JOIN "Route" r ON r."serverId" = s.id
    LEFT JOIN "Deployment" d ON d.id = r."deploymentId"
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object('id', n.id, 'deploymentId', n."deploymentId",
        'runtime', n.runtime, 'host', n.host, 'port', n.port, 'state', n.state,
        'restarts', n.restarts) ORDER BY n.id) AS instances
      FROM "Instance" n
      WHERE n."serverId" = s.id AND n.state IN ('ready', 'draining')
        AND n.host IS NOT NULL AND n.port IS NOT NULL
    ) i ON true
    WHERE ${only === undefined} OR s.id = ANY(${only?.ids ?? []}::text[])
       OR r.version > ${only?.newerThan ?? 0n}::bigint`
  return rows.map(serverEntry)
}

type KeyRow = Omit<KeyEntry, 'user' | 'limits' | 'expiresAtMs'> & {
  limits: unknown
  expiresAt: Date | null
  userId: string | null
  email: string | null
  role: Role | null
}

/** The keys that are not revoked: every one, or of the named ones. */
export async function readKeys(db: Db, ids?: string[]): Promise<KeyEntry[]> {
  const rows = await db.$queryRaw<KeyRow[]>`
    SELECT k.id, k.name, k."teamId", t.slug AS "teamSlug", k."serverId", k.scopes::text[] AS scopes,
           k.limits, k."expiresAt", k.hash, u.id AS "userId", u.email, m.role::text AS role
    FROM "ApiKey" k
    JOIN "Team" t ON t.id = k."teamId"
    LEFT JOIN "Member" m ON m."teamId" = k."teamId" AND m."userId" = k."createdById"
    LEFT JOIN "User" u ON u.id = m."userId"
    WHERE k."revokedAt" IS NULL AND (${ids === undefined} OR k.id = ANY(${ids ?? []}::text[]))`
  return rows.map(({ userId, email, role, limits, expiresAt, ...row }) => ({
    ...row,
    user: userId && email && role ? { id: userId, email, role } : null,
    limits: readKeyLimits(limits),
    expiresAtMs: expiresAt?.getTime() ?? null,
  }))
}

function serverEntry(row: ServerRow): ServerEntry {
  const routing = readRouting(row.routing)
  return {
    id: row.id,
    teamId: row.teamId,
    slug: row.slug,
    access: row.access,
    mcpPath: row.planPath ?? '/mcp',
    reopenSessions: routing.reopenSessions,
    routing,
    hostnames: row.hostnames,
    version: row.version,
    instances: row.instances.map((instance) => instanceEntry(row, instance)),
  }
}

function instanceEntry(server: ServerRow, row: InstanceRow): InstanceEntry {
  const host = row.host.includes(':') ? `[${row.host}]` : row.host
  // In a container the server listens on the plan's port, whatever port of ours leads there; one
  // that checks Host against what it is bound to would refuse ours.
  const port = row.runtime === 'docker' ? (server.planPort ?? row.port) : row.port
  return {
    id: row.id,
    serverId: server.id,
    origin: `http://${host}:${row.port}`,
    hostHeader: `127.0.0.1:${port}`,
    restarts: row.restarts,
    current: row.state === 'ready' && row.deploymentId === server.deploymentId,
  }
}
