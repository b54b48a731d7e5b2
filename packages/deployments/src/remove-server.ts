import { notFound } from '@moorage/access/principal'
import { activeStatuses } from '@moorage/domain/deployment'
import { audit } from './audit.ts'
import type { Actor, Deps } from './deps.ts'

/**
 * Deletes the server, its history, keys and logs. Requests are refused at once; the builder ends
 * instances and images that no row names any more in its next sweep. Its volume is kept for a while.
 */
export async function removeServer(
  deps: Pick<Deps, 'db' | 'events' | 'queue'>,
  input: { teamId: string; serverId: string },
  actor: Actor,
): Promise<void> {
  const server = await deps.db.server.findFirst({
    where: { id: input.serverId, teamId: input.teamId },
  })
  if (!server) throw notFound('server')
  const active = await deps.db.deployment.findMany({
    where: { serverId: server.id, status: { in: [...activeStatuses] } },
    select: { id: true },
  })
  await deps.db.$transaction([
    deps.db.logLine.deleteMany({ where: { serverId: server.id } }),
    deps.db.requestLog.deleteMany({ where: { serverId: server.id } }),
    deps.db.session.deleteMany({ where: { serverId: server.id } }),
    deps.db.volume.updateMany({
      where: { serverId: server.id },
      data: { serverId: null, removedAt: new Date() },
    }),
    deps.db.server.delete({ where: { id: server.id } }),
  ])
  for (const { id } of active) {
    await deps.queue.remove(id)
    await deps.events.publish({ type: 'cancel', deploymentId: id })
  }
  await audit(deps, actor, 'server.delete', server)
  await deps.events.publish({ type: 'server', serverId: server.id })
}
