import type { Deployment } from '@moorage/db/client'
import { activeStatuses, type Failure } from '@moorage/domain/deployment'
import type { Claim } from './claim-deployment.ts'
import type { Deps } from './deps.ts'
import { notifyOf } from './notifications/notify.ts'

/** Ends a deployment that went wrong. False where it had ended already, or the claim was lost. */
export async function failDeployment(
  deps: Pick<Deps, 'db' | 'events'>,
  claim: Claim,
  failure: Failure,
): Promise<boolean> {
  const deploymentId = claim.deployment.id
  const changed = await deps.db.$transaction(async (tx) => {
    const { count } = await tx.deployment.updateMany({
      where: { id: deploymentId, attempt: claim.attempt, status: { in: [...activeStatuses] } },
      data: { status: 'failed', failure, finishedAt: new Date() },
    })
    if (count === 0) return false
    await tx.deploymentStep.updateMany({
      where: { deploymentId, status: 'running' },
      data: { status: 'failed', endedAt: new Date() },
    })
    await notifyOf(tx, 'failed', deploymentId)
    return true
  })
  await deps.events.publish({ type: 'deployment', serverId: claim.server.id, deploymentId })
  return changed
}

/** `superseded` where a newer deployment of the server exists, `canceled` where a person asked. */
export async function finishCanceled(
  deps: Pick<Deps, 'db' | 'events'>,
  deployment: Pick<Deployment, 'id' | 'serverId' | 'previewId' | 'createdAt'>,
): Promise<void> {
  const newer = await deps.db.deployment.count({
    where: {
      serverId: deployment.serverId,
      previewId: deployment.previewId,
      createdAt: { gt: deployment.createdAt },
    },
  })
  const now = new Date()
  await deps.db.$transaction([
    deps.db.deployment.updateMany({
      where: { id: deployment.id, status: { in: [...activeStatuses] } },
      data: { status: newer > 0 ? 'superseded' : 'canceled', finishedAt: now },
    }),
    deps.db.deploymentStep.updateMany({
      where: { deploymentId: deployment.id, status: 'running' },
      data: { status: 'canceled', endedAt: now },
    }),
  ])
  await deps.events.publish({
    type: 'deployment',
    serverId: deployment.serverId,
    deploymentId: deployment.id,
  })
}
