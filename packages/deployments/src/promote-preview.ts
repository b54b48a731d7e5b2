import type { Deployment } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { createDeployment } from './create-deployment.ts'
import type { Actor, Deps } from './deps.ts'
import { findPreview, type PreviewTarget } from './find-preview.ts'

/** What is live in the preview goes live in production, without a build and with production's environment. */
export async function promotePreview(
  deps: Pick<Deps, 'db' | 'events' | 'queue'>,
  input: PreviewTarget,
  actor: Actor,
): Promise<Deployment> {
  const { teamId, serverId } = input
  const preview = await findPreview(deps, input)
  if (preview.fork)
    throw new AppError('forbidden', 'What comes from a fork is not promoted.', {
      hint: 'Merge the pull request: production is deployed with its commit then.',
    })
  const source = await deps.db.deployment.findFirst({
    where: { previewId: preview.id, status: 'live', imageId: { not: null } },
  })
  if (!source) throw new AppError('conflict', 'Nothing is live in this preview yet.')
  return createDeployment(
    deps,
    {
      teamId,
      serverId,
      trigger: 'promote',
      sourceId: source.id,
      ref: preview.ref,
      commitSha: source.commitSha ?? undefined,
      commitMessage: source.commitMessage ?? undefined,
    },
    actor,
  )
}
