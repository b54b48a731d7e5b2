import { type BuildPlan, buildPlanSchema } from '@moorage/build-plan/plan'
import type { Settings } from '@moorage/build-plan/settings'
import type {
  Access,
  Deployment,
  DeploymentStep,
  Domain,
  Instance,
  Prisma,
  Server,
  Source,
} from '@moorage/db/client'
import {
  type DeploymentStatus,
  type DeploymentStepName,
  deploymentSteps,
  type Failure,
  isActive,
  type StepStatus,
} from '@moorage/domain/deployment'
import { shortId } from '@moorage/domain/id'
import { type Policy, readPolicy } from '@moorage/domain/policy'
import { type Pushing, readPushing } from '@moorage/domain/pushing'
import { type Routing, readRouting } from '@moorage/domain/routing'
import { type ToolChanges, toolChangesSchema } from '@moorage/domain/tool-changes'
import { type Handshake, handshakeSchema } from '@moorage/mcp/handshake'
import { type RecordedEnv, recordedEnvSchema } from './deployment-env.ts'
import { settingsOf, sourceLine } from './server-source.ts'

/** A deployment as people and machines see it. Times are Dates, durations milliseconds. */
export type DeploymentView = {
  id: string
  shortId: string
  status: DeploymentStatus
  trigger: Deployment['trigger']
  ref: string | null
  commitSha: string | null
  commitMessage: string | null
  sourceId: string | null
  /** The name of the preview that it is of; null: production. */
  preview: string | null
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
  /** From the first step to live or failed; null while it waits or runs. */
  durationMs: number | null
  steps: {
    name: DeploymentStepName
    status: StepStatus
    startedAt: Date
    durationMs: number | null
  }[]
  failure: Failure | null
  imageSizeBytes: number | null
  plan: BuildPlan | null
  handshake: Handshake | null
  /** What became of the tools since the version that was live before. */
  toolChanges: ToolChanges | null
  /** It would be live, but for somebody to agree to what becomes of the tools. */
  awaitsApproval: boolean
  /** The variables that it runs or ran with, by version; null before its first start. */
  env: RecordedEnv | null
  /** Of a rollback: with the variables of its source, and not with those of its day. */
  keepsEnv: boolean
  /** Its image is never collected. */
  pinned: boolean
  /** May it go live again without a build? */
  canRollback: boolean
}

/** In one word, what a list shows: is my server up? */
export type ServerState = 'new' | 'live' | 'sleeping' | 'building' | 'failed' | 'crashed'

export type ServerView = {
  slug: string
  name: string
  team: { slug: string; name: string }
  repoUrl: string | null
  branch: string
  rootDir: string
  source: Source
  /** In one line, what it is made of where there is no repository: a command, an image, an address. */
  sourceLine: string | null
  settings: Settings
  /** What is live came before the last change of the source or the settings. */
  isBehind: boolean
  access: Access
  routing: Routing
  /** Who may call it, and what of it. */
  policy: Policy
  pushing: Pushing
  deployKeyPublic: string | null
  createdAt: Date
  /** The MCP endpoint. */
  url: string
  /** The same at host names of the team's own, once they are proven. */
  ownUrls: string[]
  gitRemote: string
  state: ServerState
  runtime: string | null
  restarts: number
  live: DeploymentView | null
  latest: DeploymentView | null
}

export const deploymentInclude = {
  steps: true,
  preview: { select: { name: true } },
} satisfies Prisma.DeploymentInclude

export const serverInclude = {
  team: { select: { slug: true, name: true } },
  domains: { where: { verifiedAt: { not: null } }, orderBy: { hostname: 'asc' } },
  deployments: {
    where: { previewId: null },
    orderBy: { createdAt: 'desc' },
    take: 1,
    include: deploymentInclude,
  },
  route: { include: { deployment: { include: { ...deploymentInclude, instances: true } } } },
} satisfies Prisma.ServerInclude

type DeploymentRow = Deployment & { steps: DeploymentStep[]; preview: { name: string } | null }
type ServerRow = Server & {
  team: { slug: string; name: string }
  domains: Domain[]
  deployments: DeploymentRow[]
  route: { deployment: DeploymentRow & { instances: Instance[] } } | null
}

export type Urls = { routerUrl: string; gitUrl: string }

/** A row of `serverInclude` as the API shows it: no secret is in it. */
export function serverView(row: ServerRow, urls: Urls): ServerView {
  const live = row.route?.deployment ?? null
  const latest = row.deployments[0] ?? null
  const instance =
    live?.instances.find((it) => it.state !== 'stopped' && it.state !== 'draining') ?? null
  return {
    slug: row.slug,
    name: row.name,
    team: row.team,
    repoUrl: row.repoUrl,
    branch: row.branch,
    rootDir: row.rootDir,
    source: row.source,
    sourceLine: sourceLine(row),
    settings: settingsOf(row),
    isBehind: live !== null && row.sourceChangedAt !== null && row.sourceChangedAt > live.createdAt,
    access: row.access,
    routing: readRouting(row.routing),
    policy: readPolicy(row.policy),
    pushing: readPushing(row.pushing),
    deployKeyPublic: row.deployKeyPublic,
    createdAt: row.createdAt,
    url: `${urls.routerUrl}/${row.slug}/mcp`,
    ownUrls: row.domains.map(({ hostname }) => `https://${hostname}/mcp`),
    gitRemote: `${urls.gitUrl}/${row.slug}.git`,
    state: stateOf(live, latest, instance),
    runtime: instance?.runtime ?? null,
    restarts: instance?.restarts ?? 0,
    live: live && deploymentView(live),
    latest: latest && deploymentView(latest),
  }
}

function stateOf(
  live: Deployment | null,
  latest: Deployment | null,
  instance: Instance | null,
): ServerState {
  if (latest && isActive(latest.status)) return 'building'
  if (live && (instance?.state === 'paused' || instance?.state === 'asleep')) return 'sleeping'
  if (live) return instance?.state === 'ready' ? 'live' : 'crashed'
  return latest?.status === 'failed' ? 'failed' : 'new'
}

/** A row of `deploymentInclude` as the API shows it. */
export function deploymentView(row: DeploymentRow): DeploymentView {
  const plan = buildPlanSchema.safeParse(row.plan)
  const handshake = handshakeSchema.safeParse(row.handshake)
  return {
    id: row.id,
    shortId: shortId(row.id),
    status: row.status,
    trigger: row.trigger,
    ref: row.ref,
    commitSha: row.commitSha,
    commitMessage: row.commitMessage,
    sourceId: row.sourceId,
    preview: row.preview?.name ?? null,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    durationMs: between(row.startedAt, row.finishedAt),
    steps: row.steps
      .map((step) => ({
        name: step.name,
        status: step.status,
        startedAt: step.startedAt,
        durationMs: between(step.startedAt, step.endedAt),
      }))
      .sort((a, b) => deploymentSteps.indexOf(a.name) - deploymentSteps.indexOf(b.name)),
    failure: row.failure as Failure | null,
    imageSizeBytes: row.imageSizeBytes === null ? null : Number(row.imageSizeBytes),
    plan: plan.success ? plan.data : null,
    handshake: handshake.success ? handshake.data : null,
    toolChanges: toolChangesSchema.safeParse(row.toolChanges).data ?? null,
    awaitsApproval: isActive(row.status) && row.approvalAskedAt !== null && row.approvedAt === null,
    env: recordedEnvSchema.safeParse(row.env).data ?? null,
    keepsEnv: row.keepsEnv,
    pinned: row.pinned,
    canRollback:
      row.previewId === null &&
      row.imageId !== null &&
      (row.status === 'retired' || row.status === 'live'),
  }
}

function between(start: Date | null, end: Date | null): number | null {
  return start && end ? end.getTime() - start.getTime() : null
}
