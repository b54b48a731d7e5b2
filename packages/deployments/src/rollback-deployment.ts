import { notFound } from '@moorage/access/principal'
import type { Deployment } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { createDeployment } from './create-deployment.ts'
import type { Actor, Deps } from './deps.ts'

/**
 * Puts the image of an earlier deployment live again, without a build: with today's environment, or
 * with the one that it ran with. Naming the live one restarts it, so that changed variables count.
 * Without `toDeploymentId`: the one that was live before the present one.
 */
export async function rollbackDeployment(
  deps: Pick<Deps, 'db' | 'events' | 'queue'>,
  input: {
    teamId: string
    serverId: string
    toDeploymentId?: string | undefined
    keepsEnv?: boolean
  },
  actor: Actor,
): Promise<Deployment> {
  const server = await deps.db.server.findFirst({
    where: { id: input.serverId, teamId: input.teamId },
  })
  if (!server) throw notFound('server')
  const source = await deps.db.deployment.findFirst({
    where: {
      serverId: server.id,
      previewId: null,
      imageId: { not: null },
      ...(input.toDeploymentId
        ? { id: input.toDeploymentId, status: { in: ['retired', 'live'] } }
        : { status: 'retired' }),
    },
    orderBy: { finishedAt: 'desc' },
  })
  if (!source)
    throw new AppError('not_found', 'There is no earlier deployment to go back to.', {
      hint: 'Only a deployment that was live once, and whose image is still kept, can go live again.',
    })
  return createDeployment(
    deps,
    {
      teamId: input.teamId,
      serverId: server.id,
      trigger: 'rollback',
      sourceId: source.id,
      keepsEnv: input.keepsEnv,
      ref: source.ref ?? undefined,
      commitSha: source.commitSha ?? undefined,
      commitMessage: source.commitMessage ?? undefined,
    },
    actor,
  )
}
