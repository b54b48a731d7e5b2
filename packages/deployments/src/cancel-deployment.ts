import { notFound } from '@moorage/access/principal'
import { activeStatuses } from '@moorage/domain/deployment'
import { AppError } from '@moorage/domain/error'
import { audit } from './audit.ts'
import type { Actor, Deps } from './deps.ts'

/** A queued deployment is canceled here; a running one is told to stop and ends within seconds. */
export async function cancelDeployment(
  deps: Pick<Deps, 'db' | 'events' | 'queue'>,
  input: { teamId: string; deploymentId: string },
  actor: Actor,
): Promise<void> {
  const deployment = await deps.db.deployment.findFirst({
    where: { id: input.deploymentId, server: { teamId: input.teamId } },
    include: { server: true },
  })
  if (!deployment) throw notFound('deployment')
  const now = new Date()
  const queued = await deps.db.deployment.updateMany({
    where: { id: deployment.id, status: 'queued' },
    data: { status: 'canceled', cancelRequestedAt: now, finishedAt: now },
  })
  const asked = await deps.db.deployment.updateMany({
    where: { id: deployment.id, status: { in: [...activeStatuses] } },
    data: { cancelRequestedAt: now },
  })
  if (queued.count + asked.count === 0)
    throw new AppError('conflict', 'This deployment has ended already.', {
      hint:
        deployment.status === 'live'
          ? 'To go back to an earlier one: moorage rollback'
          : 'Nothing is left to cancel.',
    })
  await deps.queue.remove(deployment.id)
  await deps.events.publish({ type: 'cancel', deploymentId: deployment.id })
  await deps.events.publish({
    type: 'deployment',
    serverId: deployment.serverId,
    deploymentId: deployment.id,
  })
  await audit(deps, actor, 'deployment.cancel', deployment.server, { deploymentId: deployment.id })
}
