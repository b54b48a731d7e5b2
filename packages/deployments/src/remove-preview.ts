import { activeStatuses } from '@moorage/domain/deployment'
import { audit } from './audit.ts'
import type { Actor, Deps } from './deps.ts'
import { findPreview, type PreviewTarget } from './find-preview.ts'

type RemoveDeps = Pick<Deps, 'db' | 'events' | 'queue'>

/**
 * Deletes the preview with its deployments and their logs. Requests are refused at once; the builder
 * ends instances and images that no row names any more in its next sweep.
 */
export async function removePreview(
  deps: RemoveDeps,
  input: PreviewTarget,
  actor: Actor,
): Promise<void> {
  const { id, name, server } = await findPreview(deps, input)
  const deployments = await deps.db.deployment.findMany({
    where: { previewId: id },
    select: { id: true, status: true },
  })
  const ids = deployments.map((deployment) => deployment.id)
  await deps.db.$transaction([
    deps.db.logLine.deleteMany({ where: { serverId: server.id, deploymentId: { in: ids } } }),
    deps.db.session.deleteMany({ where: { serverId: id } }),
    deps.db.preview.deleteMany({ where: { id } }),
  ])
  for (const { id: deploymentId, status } of deployments) {
    if (!(activeStatuses as readonly string[]).includes(status)) continue
    await deps.queue.remove(deploymentId)
    await deps.events.publish({ type: 'cancel', deploymentId })
  }
  await audit(deps, actor, 'preview.remove', server, { preview: name })
  await deps.events.publish({ type: 'server', serverId: server.id })
}

/** The branch is gone: the name of the preview that went with it, null where it had none. */
export async function removePreviewOf(
  deps: RemoveDeps,
  { teamId, serverId, ref }: { teamId: string; serverId: string; ref: string },
  actor: Actor,
): Promise<string | null> {
  const preview = await deps.db.preview.findFirst({ where: { serverId, server: { teamId }, ref } })
  if (!preview) return null
  await removePreview(deps, { teamId, serverId, name: preview.name }, actor)
  return preview.name
}

const clock: Actor = { id: 'moorage', name: 'Moorage' }

/** Removes the previews whose time is over. */
export async function removeExpiredPreviews(deps: RemoveDeps): Promise<void> {
  const expired = await deps.db.preview.findMany({
    where: { expiresAt: { lt: new Date() } },
    select: { name: true, serverId: true, server: { select: { teamId: true } } },
  })
  for (const { name, serverId, server } of expired)
    await removePreview(deps, { teamId: server.teamId, serverId, name }, clock)
}
