import type { Prisma } from '@moorage/db/client'
import type { DeploymentStepName } from '@moorage/domain/deployment'
import { statusDuring } from '@moorage/domain/deployment'
import { AppError } from '@moorage/domain/error'
import type { Claim } from './claim-deployment.ts'
import type { Deps } from './deps.ts'

/** Step and status change together. Throws `canceled` where the claim was lost or a stop was asked for. */
export async function beginStep(
  deps: Pick<Deps, 'db' | 'events'>,
  claim: Claim,
  name: DeploymentStepName,
): Promise<void> {
  const deploymentId = claim.deployment.id
  await deps.db.$transaction(async (tx) => {
    await holdClaim(tx, claim, name, { status: statusDuring(name) })
    const started = { status: 'running', startedAt: new Date(), endedAt: null } as const
    await tx.deploymentStep.upsert({
      where: { deploymentId_name: { deploymentId, name } },
      create: { deploymentId, name, ...started },
      update: started,
    })
  })
  await deps.events.publish({ type: 'deployment', serverId: claim.server.id, deploymentId })
}

/** Ends the step, with what it found out: the commit, the plan, the image, the handshake. */
export async function endStep(
  deps: Pick<Deps, 'db' | 'events'>,
  claim: Claim,
  name: DeploymentStepName,
  found: Prisma.DeploymentUpdateManyMutationInput = {},
): Promise<void> {
  const deploymentId = claim.deployment.id
  await deps.db.$transaction(async (tx) => {
    await holdClaim(tx, claim, name, found)
    await tx.deploymentStep.update({
      where: { deploymentId_name: { deploymentId, name } },
      data: { status: 'done', endedAt: new Date() },
    })
  })
  await deps.events.publish({ type: 'deployment', serverId: claim.server.id, deploymentId })
}

/** Updates the deployment only while the claim holds and, before it is live, nobody asked to stop. */
export async function holdClaim(
  tx: Prisma.TransactionClient,
  claim: Claim,
  step: DeploymentStepName,
  data: Prisma.DeploymentUpdateManyMutationInput,
): Promise<void> {
  const { count } = await tx.deployment.updateMany({
    where: {
      id: claim.deployment.id,
      attempt: claim.attempt,
      status: { in: step === 'drain' ? ['live', 'retired'] : ['queued', 'building', 'starting'] },
      ...(step === 'drain' ? {} : { cancelRequestedAt: null }),
    },
    data: step === 'drain' ? { attempt: claim.attempt } : { attempt: claim.attempt, ...data },
  })
  if (count === 0) throw new AppError('canceled', 'This deployment was canceled or taken over.')
}
