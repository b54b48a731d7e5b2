import { notFound } from '@moorage/access/principal'
import { buildPlanSchema } from '@moorage/build-plan/plan'
import type { JobQueue } from '@moorage/bus/jobs'
import type { Inspection, InspectionStatus } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { z } from 'zod'
import type { Actor, Deps } from './deps.ts'
import { checkRef, parseRepoUrl, type RepoUrlPolicy } from './repo-url.ts'

/** What is wrong, and what to do next; neither holds a secret. */
const failureSchema = z.object({ message: z.string(), hint: z.string().nullable() })

const resultSchema = z.object({
  commitSha: z.string(),
  /** The one that was asked for, or the repository's default branch. */
  branch: z.string(),
  /** One entry a directory that holds a server, or that looks like one and cannot be planned. */
  servers: z.array(
    z.union([
      z.object({ rootDir: z.string(), plan: buildPlanSchema }),
      z.object({ rootDir: z.string(), failure: failureSchema }),
    ]),
  ),
})
export type InspectionResult = z.infer<typeof resultSchema>
export type InspectionFailure = z.infer<typeof failureSchema>

/** A look at a repository, as people and machines see it. */
export type InspectionView = {
  id: string
  repoUrl: string
  /** Null until it is known, where the default branch was asked for. */
  branch: string | null
  status: InspectionStatus
  /** Set where status is `done`. */
  result: InspectionResult | null
  /** Set where status is `failed`. */
  failure: InspectionFailure | null
  createdAt: Date
  finishedAt: Date | null
}

/** Stands in the row's `branch` for the repository's default branch. */
export const defaultBranch = 'HEAD'

const maxOpenPerTeam = 5
const keptMs = 24 * 3600_000

/**
 * Asks a builder to look what could be deployed from a repository. Whoever calls has seen to it that
 * the principal may deploy in this team. The end is told by the event `inspection`. Throws
 * `bad_input` for a URL or branch, and `rate_limited` past 5 open ones of a team.
 */
export async function createInspection(
  deps: Pick<Deps, 'db' | 'events'> & {
    inspectionQueue: JobQueue
    repoUrlPolicy: RepoUrlPolicy
  },
  input: { teamId: string; repoUrl: string; branch?: string | undefined },
  actor: Actor,
): Promise<Inspection> {
  const repo = parseRepoUrl(input.repoUrl, deps.repoUrlPolicy)
  if (repo.protocol === 'ssh')
    throw new AppError('bad_input', 'A repository behind ssh cannot be looked at beforehand.', {
      hint: 'Create the server first: it has a deploy key, which its repository has to know.',
    })
  const { teamId } = input
  const open = await deps.db.inspection.count({
    where: { teamId, status: { in: ['queued', 'running'] } },
  })
  if (open >= maxOpenPerTeam)
    throw new AppError('rate_limited', 'This team has several repositories looked at already.', {
      hint: 'Wait until one of them is done.',
    })
  const inspection = await deps.db.inspection.create({
    data: {
      id: newId('insp'),
      teamId,
      repoUrl: repo.url,
      branch: checkRef(input.branch ?? defaultBranch),
      createdById: actor.id,
    },
  })
  await deps.inspectionQueue.add(inspection.id, { priority: 1 })
  return inspection
}

/** Throws `not_found` for another team's. */
export async function readInspection(
  deps: Pick<Deps, 'db'>,
  input: { teamId: string; inspectionId: string },
): Promise<InspectionView> {
  const { teamId, inspectionId } = input
  const row = await deps.db.inspection.findFirst({ where: { id: inspectionId, teamId } })
  if (!row) throw notFound('inspection')
  return inspectionView(row)
}

export function inspectionView(row: Inspection): InspectionView {
  const result = resultSchema.safeParse(row.result).data ?? null
  return {
    id: row.id,
    repoUrl: row.repoUrl,
    branch: row.branch === defaultBranch ? (result?.branch ?? null) : row.branch,
    status: row.status,
    result,
    failure: failureSchema.safeParse(row.failure).data ?? null,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
  }
}

/** Records how it ended. Looking twice does no harm: the first end counts. */
export async function finishInspection(
  deps: Pick<Deps, 'db' | 'events'>,
  inspection: Pick<Inspection, 'id' | 'teamId'>,
  end: { result: InspectionResult } | { failure: InspectionFailure },
): Promise<void> {
  await deps.db.inspection.updateMany({
    where: { id: inspection.id, status: { in: ['queued', 'running'] } },
    data: { ...end, status: 'result' in end ? 'done' : 'failed', finishedAt: new Date() },
  })
  await announceInspection(deps, inspection)
}

/** To whoever watches it. */
export async function announceInspection(
  deps: Pick<Deps, 'events'>,
  { id, teamId }: Pick<Inspection, 'id' | 'teamId'>,
): Promise<void> {
  await deps.events.publish({ type: 'inspection', inspectionId: id, teamId })
}

/** Adds a job for each that is still open, whose worker may have died, and removes those of yesterday. */
export async function tendInspections(
  deps: Pick<Deps, 'db'> & { inspectionQueue: JobQueue },
): Promise<string[]> {
  const before = new Date(Date.now() - keptMs)
  await deps.db.inspection.deleteMany({ where: { createdAt: { lt: before } } })
  const open = await deps.db.inspection.findMany({
    where: { status: { in: ['queued', 'running'] } },
    select: { id: true },
    orderBy: { createdAt: 'asc' },
  })
  for (const { id } of open) await deps.inspectionQueue.add(id, { priority: 1 })
  return open.map(({ id }) => id)
}
