import type { Server, WebhookDelivery } from '@moorage/db/client'
import { toAppError } from '@moorage/domain/error'
import type { Deps } from '../deps.ts'
import { followEvent, type Outcome, type RepositoryLook } from './follow-event.ts'
import { type Forge, forges } from './forge-event.ts'
import { readMessage } from './read-message.ts'
import { isSameRepository } from './same-repository.ts'

type ProcessDeps = Pick<Deps, 'db' | 'events' | 'queue'> & { look: RepositoryLook }

const forgeWords: Record<Forge, string> = {
  github: 'GitHub',
  gitlab: 'GitLab',
  gitea: 'Gitea',
  bitbucket: 'Bitbucket',
  generic: 'A signed webhook',
}

/** A builder that died is taken to be gone after this time. */
const claimMs = 5 * 60_000

/** Takes up the oldest delivery that waits, one a server at a time: they count in their order. */
export async function claimDelivery(deps: Pick<Deps, 'db'>): Promise<WebhookDelivery | null> {
  const gone = new Date(Date.now() - claimMs)
  return deps.db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('webhook_deliveries'))`
    const running = await tx.webhookDelivery.findMany({
      where: { status: 'running', claimedAt: { gt: gone } },
      select: { serverId: true },
    })
    const next = await tx.webhookDelivery.findFirst({
      where: {
        serverId: { notIn: running.map((row) => row.serverId) },
        OR: [{ status: 'waiting' }, { status: 'running', claimedAt: { lte: gone } }],
      },
      orderBy: { receivedAt: 'asc' },
    })
    if (!next) return null
    const claim = { status: 'running', claimedAt: new Date() } as const
    return tx.webhookDelivery.update({ where: { id: next.id }, data: claim })
  })
}

/** Does for every server of the team with this repository what the delivery asks for. */
export async function processDelivery(
  deps: ProcessDeps,
  delivery: WebhookDelivery,
): Promise<Outcome[]> {
  const result = await outcomes(deps, delivery)
  const status = result.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'done'
  await deps.db.webhookDelivery.updateMany({
    where: { id: delivery.id, status: 'running', claimedAt: delivery.claimedAt },
    data: { status, result, finishedAt: new Date() },
  })
  await deps.events.publish({ type: 'server', serverId: delivery.serverId })
  return result
}

async function outcomes(deps: ProcessDeps, delivery: WebhookDelivery): Promise<Outcome[]> {
  const forge = forges.find((one) => one === delivery.forge) ?? 'generic'
  const own = await deps.db.server.findUniqueOrThrow({ where: { id: delivery.serverId } })
  try {
    const { events, repositories } = readMessage({ ...delivery, forge })
    const servers = await serversOf(deps, own, repositories)
    if (servers.length === 0) return [isOfAnother(own, repositories)]
    const actor = { id: 'webhook', name: forgeWords[forge] }
    const result: Outcome[] = []
    for (const event of events)
      for (const server of servers)
        result.push(await followEvent(deps, server, { event, trigger: 'webhook', actor }))
    return result
  } catch (error) {
    const { slug } = own
    return [{ slug, outcome: 'failed', message: toAppError(error).userMessage, deploymentId: null }]
  }
}

/** One repository, many servers: those of the team that come from the one that the forge names. */
async function serversOf(
  { db }: ProcessDeps,
  own: Server,
  repositories: string[],
): Promise<Server[]> {
  if (!own.repoUrl) return []
  const named = repositories.length === 0 ? [own.repoUrl] : repositories
  const all = await db.server.findMany({
    where: { teamId: own.teamId, source: 'git', repoUrl: { not: null } },
    orderBy: { slug: 'asc' },
  })
  return all.filter(({ repoUrl }) => named.some((one) => isSameRepository(one, repoUrl ?? '')))
}

function isOfAnother({ slug, repoUrl }: Server, [named]: string[]): Outcome {
  const message = repoUrl
    ? `This is about ${named}, and ${slug} comes from ${repoUrl}.`
    : `${slug} has no repository URL to deploy from: set it in its settings.`
  return { slug, outcome: 'nothing', message, deploymentId: null }
}

const payloadDays = 30
const rowDays = 365

/** Payloads go after a month. The rows stay longer: who finds an old delivery cannot send it again. */
export async function tidyDeliveries({ db }: Pick<Deps, 'db'>): Promise<void> {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)
  await db.webhookDelivery.updateMany({
    where: { receivedAt: { lt: daysAgo(payloadDays) }, payload: { not: '' } },
    data: { payload: '' },
  })
  await db.webhookDelivery.deleteMany({ where: { receivedAt: { lt: daysAgo(rowDays) } } })
  await db.refusedDelivery.deleteMany({ where: { lastAt: { lt: daysAgo(payloadDays) } } })
}
