import type { Deployment, Server } from '@moorage/db/client'
import { activeStatuses } from '@moorage/domain/deployment'
import type { Deps } from './deps.ts'
import { finishCanceled } from './finish-deployment.ts'

/**
 * The right to work on a deployment. Whoever claims later gets a higher `attempt`, and every write
 * of a lower one is refused: two workers can never both finish it.
 */
export type Claim = { deployment: Deployment; server: Server; attempt: number }

export type ClaimResult = { claim: Claim } | { retryInMs: number } | { nothingToDo: true }

/** Building deployments of one team at the same time; further ones wait in the queue. */
const maxPerTeam = 3

export async function claimDeployment(
  deps: Pick<Deps, 'db' | 'events'>,
  deploymentId: string,
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
  if (found.status === 'queued' && (await teamIsBusy(deps, found.server.teamId)))
    return { retryInMs: 1_000 }

  const { count } = await deps.db.deployment.updateMany({
    where: { id: found.id, attempt: found.attempt, status: found.status },
    data: { attempt: { increment: 1 }, startedAt: found.startedAt ?? new Date() },
  })
  if (count === 0) return { retryInMs: 200 }
  const { server, steps: _, ...deployment } = found
  return { claim: { deployment, server, attempt: found.attempt + 1 } }
}

async function teamIsBusy(deps: Pick<Deps, 'db'>, teamId: string): Promise<boolean> {
  const building = await deps.db.deployment.count({
    where: { server: { teamId }, status: { in: ['building', 'starting'] } },
  })
  return building >= maxPerTeam
}
