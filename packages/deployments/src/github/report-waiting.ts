import type { Preview, Prisma, Server } from '@moorage/db/client'
import { commentOnRequest } from './comment-on-request.ts'
import { waitingWords } from './deployment-words.ts'
import { previewsPage } from './links.ts'
import { type ReportDeps, reportTarget, setCommitStatus } from './report-target.ts'

/** What was not told is told again after so long, as long as it waits. */
const againMs = 300_000
const atOnce = 20

/** Tells the pull requests of forks that their newest commit waits for somebody to approve it, and where. */
export async function reportWaiting(deps: ReportDeps): Promise<void> {
  const waiting = await deps.db.preview.findMany({
    where: {
      ...{ pendingSha: { not: null }, tellAt: { lte: new Date() } },
      server: { repoUrl: { startsWith: deps.github.url } },
    },
    include: { server: true },
    orderBy: { tellAt: 'asc' },
    take: atOnce,
  })
  for (const preview of waiting) await report(deps, preview)
}

async function report(deps: ReportDeps, preview: Preview & { server: Server }): Promise<void> {
  const { id, pendingSha, tellAt } = preview
  const again = new Date(Date.now() + againMs)
  const note = (at: Date | null, data: Prisma.PreviewUpdateManyMutationInput) =>
    deps.db.preview.updateMany({ where: { id, pendingSha, tellAt: at }, data })
  if ((await note(tellAt, { tellAt: again })).count === 0) return // Another builder has it.
  // Nobody waits for this: what failed shows in that it is not there, and is tried again.
  await tell(deps, preview).then(
    () => note(again, { tellAt: null }),
    () => {},
  )
}

async function tell(deps: ReportDeps, preview: Preview & { server: Server }): Promise<void> {
  const { server, pendingSha, request, fork } = preview
  const to = await reportTarget(deps, server)
  if (!to || request === null) return
  const page = previewsPage(deps, server.slug)
  const of = { slug: server.slug, isPreview: true, commitSha: pendingSha, page }
  await setCommitStatus(deps, to, of, waitingWords(fork))
  await commentOnRequest(deps, to, request, server)
}
