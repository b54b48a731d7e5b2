import type { Preview, Server } from '@moorage/db/client'
import type { OpenRequest } from '@moorage/deployments/github/open-requests'
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

/**
 * Does what a webhook would have asked for: what moved on is deployed, what is over is removed. Where
 * it is not known which requests are open, a preview goes with its branch or its time.
 */
export async function checkPreviews(
  builder: Builder,
  server: Server,
  previews: CheckedPreview[],
  heads: Map<string, string>,
  requests: OpenRequest[] | null,
): Promise<void> {
  const { db } = builder.deps
  const look = createRepositoryLook(builder)
  for (const preview of previews) {
    const head = heads.get(fullRef(preview.ref)) ?? null
    const event = await eventOf(builder, server, preview, {
      head,
      isOpen: requests?.some(({ number }) => number === preview.request) ?? true,
    })
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
  { head, isOpen }: { head: string | null; isOpen: boolean },
): Promise<ForgeEvent | null> {
  const { ref, request, fork, seenSha, pendingSha, deployments } = preview
  if (head === null) return { kind: 'branch-deleted', branch: ref }
  if (request !== null && !isOpen) return { kind: 'branch-deleted', branch: ref }
  if ([seenSha, pendingSha, deployments[0]?.commitSha].includes(head)) return null
  const message = await createRepositoryLook(builder).messageOf(server, head)
  const commit = { sha: head, message }
  if (fork === null || request === null) return { kind: 'push', branch: ref, commit }
  return { kind: 'request', isOpen: true, number: request, branch: ref, commit, fork, forkRef: ref }
}
