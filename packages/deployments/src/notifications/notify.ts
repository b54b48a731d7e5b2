import type { NotificationEvent, Tx } from '@moorage/db/client'
import type { Failure } from '@moorage/domain/deployment'
import { newId } from '@moorage/domain/id'
import type { Notice } from './notice.ts'

/**
 * Writes a delivery for each of the team's targets that wants to hear of this; the builder sends
 * them. In the transaction of what happened, so that neither is there without the other.
 */
export async function notifyOf(
  tx: Tx,
  event: Exclude<NotificationEvent, 'test'>,
  deploymentId: string,
): Promise<void> {
  const deployment = await tx.deployment.findUnique({
    where: { id: deploymentId },
    include: { server: { include: { team: true } } },
  })
  if (!deployment) return
  const { server } = deployment
  const targets = await tx.notificationTarget.findMany({
    where: { teamId: server.teamId, events: { has: event } },
    select: { id: true },
  })
  if (targets.length === 0) return
  const failure = deployment.failure as Failure | null
  const notice: Notice = {
    event,
    team: server.team.slug,
    server: { slug: server.slug, name: server.name },
    deployment: {
      id: deployment.id,
      kind: deployment.kind,
      commit: deployment.commitSha,
      message: deployment.commitMessage,
      failure: failure && { step: failure.step, message: failure.message, hint: failure.hint },
    },
    at: new Date().toISOString(),
  }
  await tx.notificationDelivery.createMany({
    data: targets.map(({ id }) => ({ id: newId('dlv'), targetId: id, event, notice })),
  })
}
