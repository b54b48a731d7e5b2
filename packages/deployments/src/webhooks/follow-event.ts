import type { Server } from '@moorage/db/client'
import { isActive } from '@moorage/domain/deployment'
import { AppError, toAppError } from '@moorage/domain/error'
import { readPushing } from '@moorage/domain/pushing'
import { asksToSkip } from '@moorage/domain/skip-mark'
import { z } from 'zod'
import { createDeployment } from '../create-deployment.ts'
import { deployPreview } from '../deploy-preview.ts'
import type { Actor, Deps } from '../deps.ts'
import { removePreviewOf } from '../remove-preview.ts'
import type { ForgeCommit, ForgeEvent } from './forge-event.ts'

/** What came of an event for one server. */
export const outcomeSchema = z.object({
  slug: z.string(),
  outcome: z.enum(['deployed', 'waits', 'removed', 'nothing', 'failed']),
  message: z.string(),
  deploymentId: z.string().nullable(),
})
export type Outcome = z.infer<typeof outcomeSchema>

/** What only whoever has git can tell of a server's repository. */
export type RepositoryLook = {
  /** The commit that a branch is at; null where there is no such branch. */
  headOf(server: Server, branch: string): Promise<string | null>
  /** Does anything below these paths differ between the commits? True where it cannot be told. */
  hasChanged(
    server: Server,
    change: { from: string; to: string; paths: string[] },
  ): Promise<boolean>
}

export type Followed = {
  event: ForgeEvent
  trigger: 'webhook' | 'check'
  actor: Actor
}

type FollowDeps = Pick<Deps, 'db' | 'events' | 'queue'> & { look: RepositoryLook }
type Said = Omit<Outcome, 'slug'>

/** Does for one server what an event in its repository asks for. Done twice it does nothing more. */
export async function followEvent(
  deps: FollowDeps,
  server: Server,
  followed: Followed,
): Promise<Outcome> {
  try {
    return { slug: server.slug, ...(await follow(deps, server, followed)) }
  } catch (error) {
    const { userMessage, hint } = toAppError(error)
    const message = hint ? `${userMessage} ${hint}` : userMessage
    return { slug: server.slug, outcome: 'failed', message, deploymentId: null }
  }
}

async function follow(deps: FollowDeps, server: Server, followed: Followed): Promise<Said> {
  const { event, actor } = followed
  const { previews } = readPushing(server.pushing)
  switch (event.kind) {
    case 'nothing':
      return nothing(event.why)
    case 'branch-deleted':
      if (event.branch === server.branch)
        return nothing(`"${event.branch}" was deleted; what is live stays.`)
      return removed(deps, server, event.branch, actor)
    case 'push':
      if (event.branch === server.branch) return toProduction(deps, server, followed, event.commit)
      if (previews === 'branches' || (await hasPreview(deps, server, event.branch)))
        return toPreview(deps, server, followed, { ref: event.branch, commit: event.commit })
      return nothing(`"${event.branch}" has no preview.`)
    case 'request':
      return followRequest(deps, server, followed, event)
  }
}

async function followRequest(
  deps: FollowDeps,
  server: Server,
  followed: Followed,
  event: Extract<ForgeEvent, { kind: 'request' }>,
): Promise<Said> {
  const { fork, forkRef, number: request } = event
  if (fork !== null && forkRef === null)
    return nothing(`What comes from the fork ${fork} cannot be fetched from this repository.`)
  const ref = forkRef ?? event.branch
  if (!event.isOpen) return removed(deps, server, ref, followed.actor)
  if (readPushing(server.pushing).previews === 'none') return nothing('Previews are switched off.')
  if (ref === server.branch) return nothing(`"${ref}" is what production shows.`)
  const from = fork === null ? { request } : { request, fork }
  return toPreview(deps, server, followed, { ref, commit: event.commit, ...from })
}

async function toProduction(
  deps: FollowDeps,
  server: Server,
  { trigger, actor }: Followed,
  commit: ForgeCommit,
): Promise<Said> {
  const unwanted = await whyNot(deps, server, null, commit)
  if (unwanted) return nothing(unwanted)
  const deployment = await createDeployment(
    deps,
    {
      teamId: server.teamId,
      serverId: server.id,
      trigger,
      ref: server.branch,
      commitSha: commit.sha,
      commitMessage: subjectOf(commit),
    },
    actor,
  )
  return deployed(`${commit.sha.slice(0, 7)} goes to production.`, deployment.id)
}

async function toPreview(
  deps: FollowDeps,
  server: Server,
  { trigger, actor }: Followed,
  of: { ref: string; commit: ForgeCommit; request?: number; fork?: string },
): Promise<Said> {
  const { ref, request, fork } = of
  const commit = await wholeCommit(deps, server, ref, of.commit)
  const known = await deps.db.preview.findFirst({ where: { serverId: server.id, ref } })
  if (known && request !== undefined && known.request !== request)
    await deps.db.preview.update({ where: { id: known.id }, data: { request } })
  const unwanted = await whyNot(deps, server, known?.id ?? '', commit)
  if (unwanted) return nothing(unwanted)
  const { preview, deployment } = await deployPreview(
    deps,
    {
      teamId: server.teamId,
      serverId: server.id,
      ...{ trigger, ref, request, fork },
      commitSha: commit.sha,
      commitMessage: subjectOf(commit),
    },
    actor,
  )
  const name = `${server.slug}--${preview.name}`
  if (deployment) return deployed(`${commit.sha.slice(0, 7)} goes to ${name}.`, deployment.id)
  const message = `${commit.sha.slice(0, 7)} of ${fork} waits for approval in ${name}.`
  return { outcome: 'waits', message, deploymentId: null }
}

/** Why this commit is not deployed there, or null. `previewId`: null is production, '' a new preview. */
async function whyNot(
  { db, look }: FollowDeps,
  server: Server,
  previewId: string | null,
  commit: ForgeCommit,
): Promise<string | null> {
  const short = commit.sha.slice(0, 7)
  if (asksToSkip(commit.message)) return `The message of ${short} says not to deploy it.`
  const where = { serverId: server.id, commitSha: { not: null } }
  const newest = { orderBy: { createdAt: 'desc' } } as const
  const last = await db.deployment.findFirst({ where: { ...where, previewId }, ...newest })
  if (last?.commitSha === commit.sha && (isActive(last.status) || last.status === 'live'))
    return `${short} is deployed already.`
  const before =
    last ?? (await db.deployment.findFirst({ where: { ...where, previewId: null }, ...newest }))
  const paths = watchedPaths(server)
  if (!before?.commitSha || paths.length === 0) return null
  const change = { from: before.commitSha, to: commit.sha, paths }
  if (await look.hasChanged(server, change)) return null
  return `${short} changes nothing below ${paths.join(', ')}.`
}

/** None: all of the repository. */
function watchedPaths({ pushing, rootDir }: Server): string[] {
  const { watchPaths } = readPushing(pushing)
  if (watchPaths.length > 0) return watchPaths
  return rootDir === '.' ? [] : [`${rootDir}/**`]
}

async function wholeCommit(
  { look }: FollowDeps,
  server: Server,
  branch: string,
  commit: ForgeCommit,
): Promise<ForgeCommit> {
  if (commit.sha.length === 40) return commit
  const head = await look.headOf(server, branch)
  if (head?.startsWith(commit.sha)) return { ...commit, sha: head }
  throw new AppError('conflict', `"${branch}" is no longer at ${commit.sha}.`)
}

async function hasPreview({ db }: FollowDeps, server: Server, ref: string): Promise<boolean> {
  return (await db.preview.count({ where: { serverId: server.id, ref } })) > 0
}

async function removed(
  deps: FollowDeps,
  { id: serverId, teamId, slug }: Server,
  ref: string,
  actor: Actor,
): Promise<Said> {
  const name = await removePreviewOf(deps, { teamId, serverId, ref }, actor)
  if (name === null) return nothing(`"${ref}" has no preview.`)
  return { outcome: 'removed', message: `${slug}--${name} is removed.`, deploymentId: null }
}

const subjectOf = ({ message }: ForgeCommit) => message.split('\n', 1)[0] ?? ''

function nothing(message: string): Said {
  return { outcome: 'nothing', message, deploymentId: null }
}

function deployed(message: string, deploymentId: string): Said {
  return { outcome: 'deployed', message, deploymentId }
}
