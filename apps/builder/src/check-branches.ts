import { type BranchCheck, Prisma, type Server } from '@moorage/db/client'
import { openRequests } from '@moorage/deployments/github/open-requests'
import { followEvent } from '@moorage/deployments/webhooks/follow-event'
import { toAppError } from '@moorage/domain/error'
import { readPushing } from '@moorage/domain/pushing'
import { checkPreviews, fullRef, previewsToCheck } from './check-previews.ts'
import type { Builder } from './context.ts'
import { followNew } from './follow-new.ts'
import { createRepositoryLook } from './repository-look.ts'

const minute = 60_000
const everyMs = 5 * minute
const longestMs = 6 * 60 * minute
/** Servers a sweep: a platform with many of them asks no forge for all at once. */
const atOnce = 3

const actor = { id: 'moorage', name: 'Moorage' }

/**
 * Looks whether the branches of servers and of their previews have moved on without a webhook, and
 * whether there are new ones, some servers at a time. A commit that it has seen before is left alone:
 * somebody may have gone back to an earlier one.
 */
export async function checkBranches(builder: Builder): Promise<void> {
  const { db } = builder.deps
  const due = await db.server.findMany({
    where: {
      source: 'git',
      repoUrl: { not: null },
      // One that was never deployed waits for its deploy key, or for a person.
      deployments: { some: { previewId: null, commitSha: { not: null } } },
      OR: [{ branchCheck: null }, { branchCheck: { nextAt: { lt: new Date() } } }],
    },
    include: { branchCheck: true },
    orderBy: { branchCheck: { nextAt: 'asc' } },
    take: atOnce,
  })
  await Promise.all(due.map((server) => check(builder, server)))
}

type Checked = Server & { branchCheck: BranchCheck | null }

async function check(builder: Builder, server: Checked): Promise<void> {
  const { db } = builder.deps
  const { headSha = null, failures = 0 } = server.branchCheck ?? {}
  const note = (data: Omit<Prisma.BranchCheckUncheckedCreateInput, 'serverId'>) =>
    db.branchCheck.upsert({
      where: { serverId: server.id },
      create: { serverId: server.id, ...data },
      update: data,
    })
  if (!readPushing(server.pushing).checkBranch) {
    await note({ nextAt: after(everyMs) })
    return
  }
  try {
    const previews = await previewsToCheck(builder, server)
    const refs = [server.branch, ...previews.map(({ ref }) => ref)].map(fullRef)
    const heads = await createRepositoryLook(builder).refsOf(server, refs)
    const head = heads.get(fullRef(server.branch)) ?? null
    if (head !== null && head !== headSha) await follow(builder, server, head, headSha)
    const { teamId, repoUrl } = server
    const requests = repoUrl ? await openRequests(builder.deps, { teamId, repoUrl }) : null
    await checkPreviews(builder, server, previews, heads, requests)
    const seen = await followNew(builder, server, requests, server.branchCheck?.seen)
    await note({ headSha: head, seen: seen ?? Prisma.DbNull, nextAt: after(everyMs), failures: 0 })
  } catch (error) {
    if (builder.stopping.aborted) return
    builder.log.info({ error: toAppError(error), serverId: server.id }, 'a branch is out of reach')
    const waitMs = Math.min(everyMs * 2 ** failures, longestMs)
    await note({ nextAt: after(waitMs), failures: failures + 1 })
  }
}

async function follow(
  builder: Builder,
  server: Server,
  head: string,
  seen: string | null,
): Promise<void> {
  const { db } = builder.deps
  const where = { serverId: server.id, previewId: null, commitSha: head }
  if (seen === null && (await db.deployment.count({ where })) > 0) return
  const look = createRepositoryLook(builder)
  const commit = { sha: head, message: await look.messageOf(server, head) }
  const event = { kind: 'push', branch: server.branch, commit } as const
  const deps = { ...builder.deps, look }
  const result = await followEvent(deps, server, { event, trigger: 'check', actor })
  builder.log.info({ serverId: server.id, result }, 'a branch had moved on')
}

/** Spread out: what was checked together is not checked together the next time. */
function after(ms: number): Date {
  return new Date(Date.now() + ms * (0.8 + 0.4 * Math.random()))
}
