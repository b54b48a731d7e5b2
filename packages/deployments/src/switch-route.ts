import type { Deployment, Tx } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import type { Claim } from './claim-deployment.ts'
import type { Deps } from './deps.ts'
import { notifyOf } from './notifications/notify.ts'
import { holdClaim } from './record-step.ts'

/** Where a deployment answers: at its server's own name, or at a preview's. */
type Place = Pick<Deployment, 'serverId' | 'previewId'>

/**
 * The new deployment goes live and the old one retires, in one transaction: at no moment does a
 * server with a live deployment have none, or two. Routers hear of it when it is committed.
 */
export async function switchRoute(
  deps: Pick<Deps, 'db' | 'events'>,
  claim: Claim,
  instanceId: string,
): Promise<{ version: bigint }> {
  const deploymentId = claim.deployment.id
  const { serverId, previewId } = claim.deployment
  const place = { serverId, previewId }
  const version = await deps.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM "Server" WHERE id = ${serverId} FOR UPDATE`
    await holdClaim(tx, claim, 'switch', {})
    const old = { ...place, status: 'live' } as const
    await tx.instance.updateMany({
      where: {
        deployment: old,
        state: { in: ['starting', 'ready', 'crashed', 'paused', 'asleep'] },
      },
      data: { state: 'draining' },
    })
    await tx.deployment.updateMany({ where: old, data: { status: 'retired' } })
    await tx.instance.update({ where: { id: instanceId }, data: { state: 'ready' } })
    await tx.deployment.update({
      where: { id: deploymentId },
      data: { status: 'live', finishedAt: new Date() },
    })
    await notifyOf(tx, 'live', deploymentId)
    await tx.deploymentStep.update({
      where: { deploymentId_name: { deploymentId, name: 'switch' } },
      data: { status: 'done', endedAt: new Date() },
    })
    return bumpRoute(tx, place, deploymentId)
  })
  await announceRoute(deps, serverId, version)
  await deps.events.publish({ type: 'deployment', serverId, deploymentId })
  return { version }
}

/**
 * What is known of the live deployment's instances has changed: routers look again. The version is
 * the one by which they show that they did; null where there is no route.
 */
export async function refreshRoute(
  deps: Pick<Deps, 'db' | 'events'>,
  place: Place,
): Promise<bigint | null> {
  const version = await deps.db.$transaction(async (tx) => {
    const route = await findRoute(tx, place)
    return route?.deploymentId ? bumpRoute(tx, place, route.deploymentId) : null
  })
  if (version !== null) await announceRoute(deps, place.serverId, version)
  return version
}

/** Which deployment answers there, and since which version; null before any does. */
export async function findRoute(
  db: Pick<Tx, 'route' | 'preview'>,
  { serverId, previewId }: Place,
): Promise<{ deploymentId: string | null; version: bigint | null } | null> {
  return previewId === null
    ? db.route.findUnique({ where: { serverId } })
    : db.preview.findUnique({ where: { id: previewId } })
}

async function bumpRoute(tx: Tx, place: Place, deploymentId: string): Promise<bigint> {
  // One route change at a time on the platform, so that versions are committed in their order and
  // a router that has seen version N has seen all before it.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('route_version'))`
  const [row] = await tx.$queryRaw<
    { version: bigint }[]
  >`SELECT nextval('route_version') AS version`
  if (!row) throw new AppError('internal', 'No route version.')
  const { serverId, previewId } = place
  const route = { deploymentId, version: row.version }
  if (previewId !== null) await tx.preview.update({ where: { id: previewId }, data: route })
  else
    await tx.route.upsert({
      where: { serverId },
      create: { serverId, ...route },
      update: route,
    })
  return row.version
}

async function announceRoute(deps: Pick<Deps, 'events'>, serverId: string, version: bigint) {
  await deps.events.publish({ type: 'route', serverId, version: version.toString() })
}
