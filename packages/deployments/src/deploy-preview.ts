import { createHash } from 'node:crypto'
import { notFound } from '@moorage/access/principal'
import type { Deployment, Preview, Server, Trigger } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { previewNames } from '@moorage/domain/preview-name'
import { type Pushing, readPushing } from '@moorage/domain/pushing'
import { createDeployment } from './create-deployment.ts'
import type { Actor, Deps } from './deps.ts'
import { checkRef } from './repo-url.ts'

export type NewPreview = {
  teamId: string
  serverId: string
  trigger: Trigger
  /** The branch, or of a fork's request what can be fetched of it (refs/pull/12/head). */
  ref: string
  commitSha: string
  commitMessage?: string | undefined
  /** The number of the pull request, where it shows one. */
  request?: number | undefined
  /** The fork that it comes from, owner/name. */
  fork?: string | undefined
}

/**
 * Deploys a commit beside production, in the branch's preview, which is made where there is none.
 * A fork's commit waits for `approvePreview`: then `deployment` is null. Throws `conflict` where the
 * server has as many previews as it may.
 */
export async function deployPreview(
  deps: Pick<Deps, 'db' | 'events' | 'queue'>,
  input: NewPreview,
  actor: Actor,
): Promise<{ preview: Preview; deployment: Deployment | null }> {
  const { teamId, serverId, trigger, commitSha, commitMessage, fork } = input
  const server = await deps.db.server.findFirst({ where: { id: serverId, teamId } })
  if (!server) throw notFound('server')
  const preview = await findOrMake(deps, server, { ...input, ref: checkRef(input.ref) })
  if (fork) {
    const pendingMessage = commitMessage?.slice(0, 500) ?? null
    const pending = { pendingSha: commitSha, pendingMessage, tellAt: new Date() }
    const waiting = await deps.db.preview.update({ where: { id: preview.id }, data: pending })
    await deps.events.publish({ type: 'server', serverId })
    return { preview: waiting, deployment: null }
  }
  const { ref, id: previewId } = preview
  const made = { teamId, serverId, trigger, ref, commitSha, commitMessage, previewId }
  return { preview, deployment: await createDeployment(deps, made, actor) }
}

/** It lives on for some days from now. Of two pushes at once both find the same one. */
async function findOrMake(
  { db }: Pick<Deps, 'db'>,
  server: Server,
  input: NewPreview,
): Promise<Preview> {
  const pushing = readPushing(server.pushing)
  const expiresAt = new Date(Date.now() + pushing.previewDays * 86_400_000)
  const { ref } = input
  const request = input.request === undefined ? {} : { request: input.request }
  return db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM "Server" WHERE id = ${server.id} FOR UPDATE`
    const all = await tx.preview.findMany({ where: { serverId: server.id } })
    const known = all.find((one) => one.ref === ref)
    if (known)
      return tx.preview.update({ where: { id: known.id }, data: { expiresAt, ...request } })
    if (all.length >= pushing.maxPreviews) throw tooMany(server, pushing)
    const taken = new Set(all.map((one) => one.name))
    const name = namesFor(server, input).find((one) => !taken.has(one))
    if (!name) throw new AppError('conflict', `There is a preview named like "${ref}" already.`)
    const fork = input.fork ?? null
    return tx.preview.create({
      data: { id: newId('prv'), serverId: server.id, name, ref, fork, expiresAt, ...request },
    })
  })
}

function namesFor(server: Server, { ref, fork, request }: NewPreview): string[] {
  const mark = createHash('sha256').update(ref).digest('hex')
  return previewNames(server.slug, fork && request ? `pr-${request}` : ref, mark)
}

function tooMany({ slug }: Server, { maxPreviews }: Pushing): AppError {
  return new AppError('conflict', `"${slug}" has ${maxPreviews} previews, which is its limit.`, {
    hint: `Remove one: moorage previews remove NAME, or raise the limit in its settings.`,
  })
}
