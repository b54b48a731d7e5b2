import { notFound } from '@moorage/access/principal'
import { activeStatuses } from '@moorage/domain/deployment'
import { AppError } from '@moorage/domain/error'
import { readPushing } from '@moorage/domain/pushing'
import { breaksClients, type ToolChanges, toolChanges } from '@moorage/domain/tool-changes'
import { type Handshake, handshakeSchema } from '@moorage/mcp/handshake'
import { audit } from './audit.ts'
import type { Claim } from './claim-deployment.ts'
import type { Actor, Deps } from './deps.ts'

/** Waiting for somebody to agree, in the form of a condition. */
export const awaitsApproval = { approvalAskedAt: { not: null }, approvedAt: null } as const

/** What changed since the version that is live there; null where there is none. */
export async function changesSinceLive(
  deps: Pick<Deps, 'db'>,
  { deployment: { id, serverId, previewId } }: Claim,
  found: Handshake,
): Promise<ToolChanges | null> {
  const live = await deps.db.deployment.findFirst({
    where: { serverId, previewId, status: 'live', id: { not: id } },
  })
  const before = handshakeSchema.safeParse(live?.handshake).data
  return before ? toolChanges(before.tools, found.tools) : null
}

/**
 * True where the deployment may go live. Where its server asks for somebody to agree and nobody did
 * yet, it is noted that it waits. Whoever goes back, or promotes what was seen, has agreed already.
 */
export async function isApproved(
  deps: Pick<Deps, 'db' | 'events'>,
  { deployment, server, attempt }: Claim,
  changes: ToolChanges | null,
): Promise<boolean> {
  const asks = readPushing(server.pushing).approveTools && deployment.kind === 'production'
  if (!asks || deployment.sourceId || !changes || !breaksClients(changes)) return true
  const now = await deps.db.deployment.findUniqueOrThrow({ where: { id: deployment.id } })
  if (now.approvedAt) return true
  await deps.db.deployment.updateMany({
    where: { id: deployment.id, attempt, approvalAskedAt: null },
    data: { approvalAskedAt: new Date() },
  })
  const { serverId, id: deploymentId } = deployment
  await deps.events.publish({ type: 'deployment', serverId, deploymentId })
  return false
}

/** Lets one that waits go live. */
export async function approveDeployment(
  deps: Pick<Deps, 'db' | 'events' | 'queue'>,
  input: { teamId: string; deploymentId: string },
  actor: Actor,
): Promise<void> {
  const { deploymentId } = input
  const deployment = await deps.db.deployment.findFirst({
    where: { id: deploymentId, server: { teamId: input.teamId } },
    include: { server: true },
  })
  if (!deployment) throw notFound('deployment')
  const { count } = await deps.db.deployment.updateMany({
    where: { id: deploymentId, status: { in: [...activeStatuses] }, ...awaitsApproval },
    data: { approvedAt: new Date() },
  })
  if (count === 0)
    throw new AppError('conflict', 'This deployment does not wait for anybody to agree.', {
      hint: 'A newer one may have taken its place.',
    })
  // The job sleeps until its next look: a new one looks now.
  await deps.queue.remove(deploymentId)
  await deps.queue.add(deploymentId, { priority: 1 })
  await audit(deps, actor, 'deployment.approve', deployment.server, { deploymentId })
  await deps.events.publish({ type: 'deployment', serverId: deployment.serverId, deploymentId })
}
