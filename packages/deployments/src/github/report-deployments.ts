import type { Deployment, Preview, Prisma, Server } from '@moorage/db/client'
import type { Failure } from '@moorage/domain/deployment'
import { toAppError } from '@moorage/domain/error'
import { z } from 'zod'
import { commentOnRequest } from './comment-on-request.ts'
import { githubWords } from './deployment-words.ts'
import { deploymentPage, endpoint } from './links.ts'
import { type ReportDeps, reportTarget, setCommitStatus } from './report-target.ts'
import { reportWaiting } from './report-waiting.ts'

/** Pauses after each attempt that failed; after the last one this state is told no more. */
const pausesMs = [5_000, 30_000, 120_000, 600_000, 3_600_000]
/** A builder that died while it told: another one tells it again. */
const claimMs = 120_000
const atOnce = 20

const include = { server: true, preview: true, githubReport: true } as const
type Row = Prisma.DeploymentGetPayload<{ include: typeof include }>
type Told = Deployment & { server: Server; preview: Preview | null }

/**
 * Tells GitHub what deployments have come to since it was told last: a commit status, a deployment,
 * and a comment where there is a pull request; and what waits for approval (reportWaiting). Each state at least once, or given up after an hour;
 * a deployment neither waits for it nor fails by it.
 */
export async function reportDeployments(deps: ReportDeps): Promise<void> {
  const due = await deps.db.$queryRaw<{ id: string }[]>`
    SELECT d.id FROM "Deployment" d
    JOIN "Server" s ON s.id = d."serverId"
    LEFT JOIN "GithubReport" r ON r."deploymentId" = d.id
    WHERE d."createdAt" > (now() AT TIME ZONE 'UTC') - interval '1 day'
      AND d."commitSha" IS NOT NULL AND d.trigger NOT IN ('push', 'upload')
      AND starts_with(s."repoUrl", ${deps.github.url})
      AND r.told IS DISTINCT FROM d.status AND (r."dueAt" IS NULL OR r."dueAt" <= (now() AT TIME ZONE 'UTC'))
      AND EXISTS (SELECT 1 FROM "GithubInstallation" i
                  WHERE i."teamId" = s."teamId" AND i."suspendedAt" IS NULL)
    ORDER BY d."createdAt" LIMIT ${atOnce}`
  const where = { id: { in: due.map(({ id }) => id) } }
  const rows = await deps.db.deployment.findMany({ where, include, orderBy: { createdAt: 'asc' } })
  // One after the other: two deployments of one pull request share its comment.
  for (const row of rows) await report(deps, row)
  await reportWaiting(deps)
}

async function report(deps: ReportDeps, row: Row): Promise<void> {
  const { db } = deps
  const attempts = row.githubReport?.attempts ?? 0
  const { id: deploymentId, status } = row
  await db.githubReport.createMany({
    data: [{ deploymentId, dueAt: new Date() }],
    skipDuplicates: true,
  })
  const claim = await db.githubReport.updateMany({
    where: { deploymentId, attempts, dueAt: { lte: new Date() } },
    data: { attempts: attempts + 1, dueAt: new Date(Date.now() + claimMs) },
  })
  if (claim.count === 0) return // Another builder has it.
  const note = (data: Prisma.GithubReportUpdateManyMutationInput) =>
    db.githubReport.updateMany({ where: { deploymentId, attempts: attempts + 1 }, data })
  const over = { told: status, attempts: 0, dueAt: new Date() }
  try {
    await tell(deps, row, row.githubReport)
    await note({ ...over, fault: null })
  } catch (error) {
    const fault = toAppError(error).userMessage.slice(0, 300)
    const pauseMs = pausesMs[attempts]
    await note(
      pauseMs === undefined ? { ...over, fault } : { fault, dueAt: new Date(Date.now() + pauseMs) },
    )
  }
}

async function tell(deps: ReportDeps, row: Told, before: Row['githubReport']): Promise<void> {
  const { server, status } = row
  const failure = row.failure as Failure | null
  const words = githubWords(status, failure)
  const isNews = !before?.told || githubWords(before.told, null).deployment !== words.deployment
  if (!isNews) return
  const to = await reportTarget(deps, server)
  if (!to) return
  const page = deploymentPage(deps, server.slug, row.id)
  const url = status === 'live' ? endpoint(deps, server.slug, row.preview?.name ?? null) : null
  const of = { slug: server.slug, isPreview: row.preview !== null, commitSha: row.commitSha, page }
  await setCommitStatus(deps, to, of, words)
  await deps.github.ask({
    ...{ method: 'POST', token: to.token },
    path: `${to.path}/deployments/${await githubDeployment(deps, to, row, before)}/statuses`,
    body: {
      state: words.deployment,
      description: words.text,
      ...(page ? { log_url: page } : {}),
      ...(url ? { environment_url: url } : {}),
    },
    schema: anything,
  })
  if (row.preview?.request) await commentOnRequest(deps, to, row.preview.request, server)
}

const anything = z.unknown()
const madeSchema = z.object({ id: z.number() })

/** GitHub's own deployment of this one, which its states belong to. */
async function githubDeployment(
  deps: ReportDeps,
  to: { path: string; token: string },
  { id: deploymentId, commitSha, server, preview }: Told,
  before: Row['githubReport'],
): Promise<bigint> {
  if (before?.githubDeploymentId) return before.githubDeploymentId
  const { id } = await deps.github.ask({
    ...{ method: 'POST', path: `${to.path}/deployments`, token: to.token },
    body: {
      ref: commitSha,
      environment: preview ? `${server.slug}--${preview.name}` : server.slug,
      production_environment: preview === null,
      transient_environment: preview !== null,
      // It is told of what happens anyway: GitHub shall neither merge nor ask for checks first.
      auto_merge: false,
      required_contexts: [],
    },
    schema: madeSchema,
  })
  const data = { githubDeploymentId: BigInt(id) }
  await deps.db.githubReport.update({ where: { deploymentId }, data })
  return data.githubDeploymentId
}
