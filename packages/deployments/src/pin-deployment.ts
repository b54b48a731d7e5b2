import { notFound } from '@moorage/access/principal'
import { AppError } from '@moorage/domain/error'
import { audit } from './audit.ts'
import type { Actor, Deps } from './deps.ts'

/** A pinned deployment keeps its image, whatever is collected. */
export async function pinDeployment(
  deps: Pick<Deps, 'db'>,
  input: { teamId: string; deploymentId: string; pinned: boolean },
  actor: Actor,
): Promise<void> {
  const { deploymentId, pinned } = input
  const deployment = await deps.db.deployment.findFirst({
    where: { id: deploymentId, server: { teamId: input.teamId } },
    include: { server: true },
  })
  if (!deployment) throw notFound('deployment')
  const { count } = await deps.db.deployment.updateMany({
    where: { id: deploymentId, ...(pinned ? { imageId: { not: null } } : {}) },
    data: { pinned },
  })
  if (count === 0)
    throw new AppError('conflict', 'The image of this deployment is not kept any more.', {
      hint: 'Deploy its commit again, and pin that.',
    })
  const action = pinned ? 'deployment.pin' : 'deployment.unpin'
  await audit(deps, actor, action, deployment.server, { deploymentId })
}
