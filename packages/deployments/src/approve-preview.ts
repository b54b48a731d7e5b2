import type { Deployment } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { createDeployment } from './create-deployment.ts'
import type { Actor, Deps } from './deps.ts'
import { findPreview, type PreviewTarget } from './find-preview.ts'

/**
 * Lets a commit of a fork run, without any secret. It is the one that the caller has seen: what came
 * after it waits again. Throws `conflict` where another one waits by now.
 */
export async function approvePreview(
  deps: Pick<Deps, 'db' | 'events' | 'queue'>,
  input: PreviewTarget & { commitSha: string },
  actor: Actor,
): Promise<Deployment> {
  const preview = await findPreview(deps, input)
  const { id: previewId, ref, pendingMessage } = preview
  const { count } = await deps.db.preview.updateMany({
    where: { id: previewId, pendingSha: input.commitSha },
    data: { pendingSha: null, pendingMessage: null },
  })
  if (count === 0)
    throw new AppError('conflict', 'This commit does not wait for approval any more.', {
      hint: 'Look again: a newer one may have been pushed to the pull request.',
    })
  const { teamId, serverId, commitSha } = input
  const commitMessage = pendingMessage ?? undefined
  return createDeployment(
    deps,
    { teamId, serverId, trigger: 'webhook', ref, commitSha, commitMessage, previewId },
    actor,
  )
}
