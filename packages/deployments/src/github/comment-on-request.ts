import type { Prisma, Server } from '@moorage/db/client'
import type { Failure } from '@moorage/domain/deployment'
import { type ToolChanges, toolChanges } from '@moorage/domain/tool-changes'
import { handshakeSchema } from '@moorage/mcp/handshake'
import { z } from 'zod'
import { isSameRepository } from '../webhooks/same-repository.ts'
import { githubWords, waitingWords } from './deployment-words.ts'
import { deploymentPage, endpoint, previewsPage, type ReportUrls } from './links.ts'
import type { ReportDeps, ReportTarget } from './report-target.ts'
import { type CommentedPreview, commentMark, requestComment } from './request-comment.ts'

const commentsSchema = z.array(
  z.object({
    id: z.number(),
    body: z.string().nullish(),
    user: z.object({ type: z.string() }).nullish(),
  }),
)

/**
 * One comment a pull request, however many servers of the team it shows, and the same one each time.
 * It is found by its mark, so that nothing that was lost here makes a second one.
 */
export async function commentOnRequest(
  deps: ReportDeps,
  { path, token }: ReportTarget,
  request: number,
  { teamId, repoUrl }: Server,
): Promise<void> {
  const { github } = deps
  const body = {
    body: requestComment(teamId, await previewsOf(deps, { teamId, repoUrl, request })),
  }
  const comments = `${path}/issues/${request}/comments`
  const all = await github.askAll({ path: comments, token, schema: commentsSchema }, (page) => page)
  // Who only writes as we do is no App, and would have the last word on the request.
  const own = all.find(
    ({ body, user }) => user?.type === 'Bot' && body?.startsWith(commentMark(teamId)),
  )
  if (own?.body === body.body) return
  const schema = z.unknown()
  await (own
    ? github.ask({
        method: 'PATCH',
        path: `${path}/issues/comments/${own.id}`,
        token,
        body,
        schema,
      })
    : github.ask({ method: 'POST', path: comments, token, body, schema }))
}

const include = {
  live: true,
  deployments: { orderBy: { createdAt: 'desc' }, take: 1 },
  server: { include: { route: { include: { deployment: true } } } },
} satisfies Prisma.PreviewInclude
type Row = Prisma.PreviewGetPayload<{ include: typeof include }>

async function previewsOf(
  deps: ReportDeps,
  of: { teamId: string; repoUrl: string | null; request: number },
): Promise<CommentedPreview[]> {
  const { teamId, repoUrl, request } = of
  const rows = await deps.db.preview.findMany({
    where: { request, server: { teamId } },
    include,
    orderBy: { name: 'asc' },
  })
  return rows
    .filter(({ server }) => isSameRepository(server.repoUrl ?? '', repoUrl ?? ''))
    .map((row) => commented(deps, row))
}

function commented(urls: ReportUrls, row: Row): CommentedPreview {
  const { slug } = row.server
  const url = row.live ? endpoint(urls, slug, row.name) : null
  return { server: slug, url, tools: changes(row), ...newest(urls, row) }
}

/** What waits came after all that was deployed. */
function newest(
  urls: ReportUrls,
  { server, pendingSha, fork, deployments }: Row,
): Pick<CommentedPreview, 'text' | 'page' | 'commitSha'> {
  const page = previewsPage(urls, server.slug)
  if (pendingSha) return { ...waitingWords(fork), page, commitSha: pendingSha }
  const [latest] = deployments
  if (!latest) return { text: 'Waits.', page, commitSha: null }
  const { id, status, failure, commitSha } = latest
  const { text } = githubWords(status, failure as Failure | null)
  return { text, page: deploymentPage(urls, server.slug, id), commitSha }
}

function changes({ live, server }: Row): ToolChanges | null {
  const [before, after] = [server.route?.deployment, live].map(
    (deployment) => handshakeSchema.safeParse(deployment?.handshake).data?.tools,
  )
  return before && after ? toolChanges(before, after) : null
}
