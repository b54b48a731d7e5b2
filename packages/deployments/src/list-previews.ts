import type { Preview, Prisma } from '@moorage/db/client'
import { isActive } from '@moorage/domain/deployment'
import type { Deps } from './deps.ts'
import { type DeploymentView, deploymentInclude, deploymentView, type Urls } from './views.ts'

/** In one word: is it up, and if not, what for does it wait? */
export type PreviewState = 'waiting' | 'live' | 'building' | 'failed' | 'new'

export type PreviewView = {
  name: string
  /** The MCP endpoint; whoever may call the server may call it. */
  url: string
  state: PreviewState
  ref: string
  /** The number of the pull request that it shows. */
  request: number | null
  /** The fork that it comes from: it gets no secret, and each commit waits for approval. */
  fork: string | null
  /** The commit that waits for approval. */
  pendingSha: string | null
  pendingMessage: string | null
  createdAt: Date
  expiresAt: Date
  live: DeploymentView | null
  latest: DeploymentView | null
}

const include = {
  live: { include: deploymentInclude },
  deployments: { orderBy: { createdAt: 'desc' }, take: 1, include: deploymentInclude },
} satisfies Prisma.PreviewInclude

export async function listPreviews(
  deps: Pick<Deps, 'db'>,
  server: { id: string; slug: string },
  urls: Urls,
): Promise<PreviewView[]> {
  const rows = await deps.db.preview.findMany({
    where: { serverId: server.id },
    include,
    orderBy: { createdAt: 'desc' },
  })
  return rows.map((row) => previewView(row, server.slug, urls))
}

/** Where a preview is called. */
export function previewUrl(urls: Urls, slug: string, name: string): string {
  return `${urls.routerUrl}/${slug}--${name}/mcp`
}

function previewView(
  row: Prisma.PreviewGetPayload<{ include: typeof include }>,
  slug: string,
  urls: Urls,
): PreviewView {
  const { name, ref, request, fork, pendingSha, pendingMessage, createdAt, expiresAt } = row
  const live = row.live && deploymentView(row.live)
  const latest = row.deployments[0] ? deploymentView(row.deployments[0]) : null
  return {
    ...{ name, ref, request, fork, pendingSha, pendingMessage, createdAt, expiresAt },
    url: previewUrl(urls, slug, name),
    state: stateOf(row, live, latest),
    live,
    latest,
  }
}

function stateOf(
  { pendingSha }: Preview,
  live: DeploymentView | null,
  latest: DeploymentView | null,
): PreviewState {
  if (latest && isActive(latest.status)) return 'building'
  if (pendingSha !== null) return 'waiting'
  if (live) return 'live'
  return latest?.status === 'failed' ? 'failed' : 'new'
}
