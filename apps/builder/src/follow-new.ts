import type { Server } from '@moorage/db/client'
import type { OpenRequest } from '@moorage/deployments/github/open-requests'
import { followEvent } from '@moorage/deployments/webhooks/follow-event'
import { branchOf } from '@moorage/deployments/webhooks/forge-event'
import { readPushing } from '@moorage/domain/pushing'
import { z } from 'zod'
import type { Builder } from './context.ts'
import { createRepositoryLook } from './repository-look.ts'

const actor = { id: 'moorage', name: 'Moorage' }
/** In a repository with more branches none is found so. */
const mostBranches = 1000

/** What each branch and pull request was at. */
const seenSchema = z.record(z.string(), z.string())
export type Seen = z.infer<typeof seenSchema>

type New = {
  key: string
  ref: string
  sha: string
  /** Null: a branch, which is a push. */
  request: OpenRequest | null
}

/**
 * Does what a webhook would have asked for of branches and pull requests that have no preview and
 * were not there, or not at this commit, at the last look. The first look only learns what there is.
 * What is to be remembered; null where nothing gets a preview.
 */
export async function followNew(
  builder: Builder,
  server: Server,
  requests: OpenRequest[] | null,
  before: unknown,
): Promise<Seen | null> {
  const { previews, maxPreviews } = readPushing(server.pushing)
  if (previews === 'none') return null
  const branches = previews === 'branches' ? await branchesOf(builder, server) : []
  const all = [...(requests ?? []).flatMap(asNew), ...branches]
  const seen = seenSchema.safeParse(before).data
  // More at once than there may be previews would only be refused, one by one.
  const moved = seen ? all.filter(({ key, sha }) => seen[key] !== sha).slice(0, maxPreviews) : []
  for (const one of moved) await follow(builder, server, one)
  return Object.fromEntries(all.map(({ key, sha }) => [key, sha]))
}

function asNew(request: OpenRequest): New[] {
  const { number, fork, forkRef, branch, commit } = request
  const ref = fork === null ? branch : forkRef
  return ref === null ? [] : [{ key: `request ${number}`, ref, sha: commit.sha, request }]
}

async function branchesOf(builder: Builder, server: Server): Promise<New[]> {
  const heads = await createRepositoryLook(builder).refsOf(server, ['refs/heads/*'])
  if (heads.size > mostBranches) return []
  return [...heads].flatMap(([key, sha]) => {
    const ref = branchOf(key)
    return ref === null || ref === server.branch ? [] : [{ key, ref, sha, request: null }]
  })
}

async function follow(builder: Builder, server: Server, { ref, sha, request }: New): Promise<void> {
  const { db } = builder.deps
  const known = await db.preview.findFirst({ where: { serverId: server.id, ref } })
  if (known && (request === null || known.request === request.number)) return
  const look = createRepositoryLook(builder)
  const event = request ?? {
    ...({ kind: 'push', branch: ref } as const),
    commit: { sha, message: await look.messageOf(server, sha) },
  }
  const followed = { event, trigger: 'check', actor } as const
  const result = await followEvent({ ...builder.deps, look }, server, followed)
  builder.log.info({ serverId: server.id, result }, 'a branch or pull request had come')
}
