import { notFound } from '@moorage/access/principal'
import type { Deployment, Server, Trigger } from '@moorage/db/client'
import { activeStatuses, queuePriority } from '@moorage/domain/deployment'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { audit } from './audit.ts'
import type { Actor, Deps } from './deps.ts'
import { checkRef } from './repo-url.ts'

export type NewDeployment = {
  teamId: string
  serverId: string
  trigger: Trigger
  /** Branch or tag; the server's branch where left out. */
  ref?: string | undefined
  /** The exact commit, where the caller knows it (a push does). 40 hex digits. */
  commitSha?: string | undefined
  commitMessage?: string | undefined
  /** A rollback or a promotion: the deployment whose image goes live, without a build. */
  sourceId?: string | undefined
  /** With the environment that the source ran with, and not with today's. */
  keepsEnv?: boolean | undefined
  /** One of this server's: it goes live there, and what production does is left alone. */
  previewId?: string | undefined
}

/**
 * The row is the deployment; the job only wakes a builder. The newest wins: what the same server
 * still has queued is superseded here and now, what is being built is told to stop. Of a commit that
 * is being deployed already a webhook, or a look at the repository, makes no second one.
 */
export async function createDeployment(
  deps: Pick<Deps, 'db' | 'events' | 'queue'>,
  input: NewDeployment,
  actor: Actor,
): Promise<Deployment> {
  const server = await deps.db.server.findFirst({
    where: { id: input.serverId, teamId: input.teamId, team: { deletedAt: null } },
  })
  if (!server) throw notFound('server')
  if (input.trigger === 'push' || input.trigger === 'upload') checkTakesPush(server)
  if (server.source === 'git' && !server.repoUrl && !input.commitSha && !input.sourceId)
    throw new AppError('bad_input', `"${server.slug}" has no repository to deploy from yet.`, {
      hint: `Push to it with git, run "moorage deploy" in its directory, or set a repository URL.`,
    })
  if (input.commitSha !== undefined && !/^[0-9a-f]{40}$/.test(input.commitSha))
    throw new AppError('bad_input', 'A commit is named by its 40 hex digits.')

  const { deployment, superseded } = await deps.db.$transaction(async (tx) => {
    // One at a time for a server, so that of two simultaneous pushes exactly one is the newest.
    await tx.$queryRaw`SELECT 1 FROM "Server" WHERE id = ${server.id} FOR UPDATE`
    const place = { serverId: server.id, previewId: input.previewId ?? null }
    const older = await tx.deployment.findMany({
      where: { ...place, status: { in: [...activeStatuses] } },
      orderBy: { createdAt: 'desc' },
    })
    const [newest] = older
    if (newest && isFollowing(input) && isUnderWay(newest, input))
      return { deployment: newest, superseded: null }
    await tx.deployment.updateMany({
      where: { id: { in: older.map((row) => row.id) }, status: 'queued' },
      data: { status: 'superseded', finishedAt: new Date() },
    })
    await tx.deployment.updateMany({
      where: { id: { in: older.map((row) => row.id) }, status: { in: ['building', 'starting'] } },
      data: { cancelRequestedAt: new Date() },
    })
    const created = await tx.deployment.create({
      data: {
        id: newId('dep'),
        ...place,
        kind: place.previewId === null ? 'production' : 'preview',
        trigger: input.trigger,
        ref: server.source === 'settings' ? null : checkRef(input.ref ?? server.branch),
        commitSha: input.commitSha ?? null,
        commitMessage: input.commitMessage?.slice(0, 500) ?? null,
        sourceId: input.sourceId ?? null,
        keepsEnv: input.keepsEnv ?? false,
        createdById: actor.id,
      },
    })
    return { deployment: created, superseded: older.map((row) => row.id) }
  })

  if (superseded === null) return deployment
  await deps.queue.add(deployment.id, { priority: queuePriority(deployment.kind) })
  for (const id of superseded) {
    await deps.queue.remove(id)
    await deps.events.publish({ type: 'cancel', deploymentId: id })
    await deps.events.publish({ type: 'deployment', serverId: server.id, deploymentId: id })
  }
  await audit(deps, actor, 'deployment.create', server, {
    deploymentId: deployment.id,
    trigger: input.trigger,
  })
  await deps.events.publish({
    type: 'deployment',
    serverId: server.id,
    deploymentId: deployment.id,
  })
  return deployment
}

/** It may be told of a commit more than once, and at once. */
function isFollowing({ trigger, commitSha }: NewDeployment): boolean {
  return commitSha !== undefined && (trigger === 'webhook' || trigger === 'check')
}

/** One that is being stopped is not what whoever tells of its commit wants. */
function isUnderWay({ commitSha, cancelRequestedAt }: Deployment, input: NewDeployment): boolean {
  return commitSha === input.commitSha && cancelRequestedAt === null
}

/** Throws `bad_input` for a server that has no repository of its own. */
export function checkTakesPush(server: Pick<Server, 'slug' | 'source'>): void {
  if (server.source === 'settings')
    throw new AppError('bad_input', `"${server.slug}" is made of its settings alone.`, {
      hint: 'Change its settings and deploy it, or make another server to push to.',
    })
}
