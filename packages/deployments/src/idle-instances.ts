import { readRouting, sleepDue } from '@moorage/domain/routing'
import type { Deps } from './deps.ts'
import { routerGoneMs } from './drain-state.ts'

/** A router that fell silent so lately may only be cut off from Postgres, and still be passing requests on. */
const routerMissedMs = 10 * 60_000

export type IdleInstance = {
  id: string
  serverId: string
  deploymentId: string
  /** Null: production. */
  previewId: string | null
  state: 'ready' | 'paused'
  idleSeconds: number
  /** What it is due to be. */
  to: 'paused' | 'asleep'
}

type Row = Omit<IdleInstance, 'to'> & { routing: unknown; keepsSessions: boolean }

/**
 * Instances of live deployments that have had no request for so long, by their servers' settings,
 * that they should sleep. None while any router may know of traffic that it cannot tell.
 */
export async function idleInstances(
  deps: Pick<Deps, 'db'>,
  runtime: string,
): Promise<IdleInstance[]> {
  const busy = await busyInstances(deps)
  if (busy === null) return []
  const rows = await deps.db.$queryRaw<Row[]>`
    SELECT i.id, i."serverId", i."deploymentId", d."previewId", i.state::text AS state, s.routing,
           EXTRACT(EPOCH FROM now() AT TIME ZONE 'UTC'
             - GREATEST(u."usedAt", i."wokenAt", d."finishedAt", i."createdAt"))::float AS "idleSeconds",
           EXISTS (SELECT 1 FROM "Session" n WHERE n."instanceId" = i.id) AS "keepsSessions"
    FROM "Instance" i
    JOIN "Deployment" d ON d.id = i."deploymentId" AND d.status = 'live'
    JOIN "Server" s ON s.id = i."serverId"
    LEFT JOIN "InstanceUse" u ON u."instanceId" = i.id
    WHERE i.runtime = ${runtime} AND i.state IN ('ready', 'paused')
      AND NOT EXISTS (SELECT 1 FROM "Volume" v WHERE v."serverId" = i."serverId"
                      AND v."heldUntil" > now() AT TIME ZONE 'UTC')`
  return rows.flatMap(({ routing: stored, keepsSessions, ...row }) => {
    const routing = readRouting(stored)
    // Its sessions are not opened again, so they would end with the process.
    const maySleep = routing.reopenSessions || !keepsSessions
    const to = sleepDue(maySleep ? routing : { ...routing, stopAfterSeconds: null }, row)
    return to === null || busy.has(row.id) ? [] : [{ ...row, to }]
  })
}

/** With a request in flight or a stream open at any router; null where some router's word is missing. */
async function busyInstances(deps: Pick<Deps, 'db'>): Promise<Set<string> | null> {
  const now = Date.now()
  const routers = await deps.db.routerNode.findMany({
    where: { seenAt: { gt: new Date(now - routerMissedMs) } },
  })
  if (routers.length === 0) return null
  if (routers.some(({ seenAt }) => now - seenAt.getTime() > routerGoneMs)) return null
  return new Set(routers.flatMap((router) => router.busy))
}
