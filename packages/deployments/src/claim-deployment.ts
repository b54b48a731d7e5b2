import type { Deployment, Prisma, Server } from '@moorage/db/client'
import { activeStatuses } from '@moorage/domain/deployment'
import type { Deps } from './deps.ts'
import { finishCanceled } from './finish-deployment.ts'
import { awaitsApproval } from './tool-approval.ts'

/**
 * The right to work on a deployment. Whoever claims later gets a higher `attempt`, and every write
 * of a lower one is refused: two workers can never both finish it.
 */
export type Claim = { deployment: Deployment; server: Server; attempt: number }

export type ClaimResult = { claim: Claim } | { retryInMs: number } | { nothingToDo: true }

type Where = Prisma.DeploymentWhereInput

/** For a worker that got its job: the claim, or when to ask again, or that it is over. */
export async function claimDeployment(
  deps: Pick<Deps, 'db' | 'events'>,
  deploymentId: string,
  /** Of one team at the same time; further ones wait in the queue. */
  { maxPerTeam } = { maxPerTeam: 3 },
): Promise<ClaimResult> {
  const found = await deps.db.deployment.findUnique({
    where: { id: deploymentId },
    include: { server: true, steps: true },
  })
  if (!found) return { nothingToDo: true }
  const drained = found.steps.some((step) => step.name === 'drain' && step.status === 'done')
  const unfinished = (activeStatuses as readonly string[]).includes(found.status)
  if (!unfinished && !(found.status === 'live' && !drained)) return { nothingToDo: true }
  if (unfinished && found.cancelRequestedAt) {
    await finishCanceled(deps, found)
    return { nothingToDo: true }
  }
  if (unfinished && found.approvalAskedAt && !found.approvedAt) return { retryInMs: 30_000 }
  if (found.status === 'queued' && (await teamIsBusy(deps, found.server.teamId, maxPerTeam)))
    return { retryInMs: 1_000 }

  const { count } = await deps.db.deployment.updateMany({
    where: { id: found.id, attempt: found.attempt, status: found.status },
    data: { attempt: { increment: 1 }, startedAt: found.startedAt ?? new Date() },
  })
  if (count === 0) return { retryInMs: 200 }
  const { server, steps: _, ...deployment } = found
  return { claim: { deployment, server, attempt: found.attempt + 1 } }
}

/**
 * At its cap; or at work already while a team that has nothing in work waits: so one team's many
 * pushes keep no other from its first.
 */
async function teamIsBusy(
  { db }: Pick<Deps, 'db'>,
  teamId: string,
  maxPerTeam: number,
): Promise<boolean> {
  const atWork = { status: { in: ['building', 'starting'] }, NOT: awaitsApproval } satisfies Where
  const building = await db.deployment.count({ where: { ...atWork, server: { teamId } } })
  if (building === 0) return false
  if (building >= maxPerTeam) return true
  const idle = { id: { not: teamId }, servers: { none: { deployments: { some: atWork } } } }
  const waiting = await db.deployment.count({
    where: { status: 'queued', cancelRequestedAt: null, server: { team: idle } },
  })
  return waiting > 0
}
