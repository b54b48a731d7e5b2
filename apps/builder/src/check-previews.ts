import type { Preview, Server } from '@moorage/db/client'
import { requestIsOpen } from '@moorage/deployments/github/request-is-open'
import { followEvent } from '@moorage/deployments/webhooks/follow-event'
import type { ForgeEvent } from '@moorage/deployments/webhooks/forge-event'
import type { Builder } from './context.ts'
import { createRepositoryLook } from './repository-look.ts'

const actor = { id: 'moorage', name: 'Moorage' }

export type CheckedPreview = Preview & { deployments: { commitSha: string | null }[] }

/** Those that come from the server's repository, and not from a push to the platform itself. */
export async function previewsToCheck(
  { deps }: Builder,
  server: Server,
): Promise<CheckedPreview[]> {
  return deps.db.preview.findMany({
    where: {
      serverId: server.id,
      deployments: { none: { trigger: { in: ['push', 'upload'] } } },
    },
    include: { deployments: { orderBy: { createdAt: 'desc' }, take: 1 } },
  })
}

export function fullRef(ref: string): string {
  return ref.startsWith('refs/') ? ref : `refs/heads/${ref}`
}

/** Does what a webhook would have asked for: what moved on is deployed, what is over is removed. */
export async function checkPreviews(
  builder: Builder,
  server: Server,
  previews: CheckedPreview[],
  heads: Map<string, string>,
): Promise<void> {
  const { db } = builder.deps
  const look = createRepositoryLook(builder)
  for (const preview of previews) {
    const head = heads.get(fullRef(preview.ref)) ?? null
    const event = await eventOf(builder, server, preview, head)
    if (event) {
      const followed = { event, trigger: 'check', actor } as const
      const result = await followEvent({ ...builder.deps, look }, server, followed)
      builder.log.info({ serverId: server.id, result }, 'a preview had moved on')
    }
    await db.preview.updateMany({ where: { id: preview.id }, data: { seenSha: head } })
  }
}

async function eventOf(
  builder: Builder,
  server: Server,
  preview: CheckedPreview,
  head: string | null,
): Promise<ForgeEvent | null> {
  const { ref, request, fork, seenSha, pendingSha, deployments } = preview
  if (head === null) return { kind: 'branch-deleted', branch: ref }
  const isOver = request !== null && (await isClosed(builder, server, request))
  if (isOver) return { kind: 'branch-deleted', branch: ref }
  if ([seenSha, pendingSha, deployments[0]?.commitSha].includes(head)) return null
  const message = await createRepositoryLook(builder).messageOf(server, head)
  const commit = { sha: head, message }
  if (fork === null || request === null) return { kind: 'push', branch: ref, commit }
  return { kind: 'request', isOpen: true, number: request, branch: ref, commit, fork, forkRef: ref }
}

/** Only GitHub can be asked, with the App; elsewhere the preview goes with its branch or its time. */
async function isClosed({ deps }: Builder, server: Server, request: number): Promise<boolean> {
  const { teamId, repoUrl } = server
  if (!repoUrl) return false
  return (await requestIsOpen(deps, { teamId, repoUrl, request })) === false
}
