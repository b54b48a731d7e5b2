import { authorize, notFound, type Principal } from '@moorage/access/principal'
import type { Server } from '@moorage/db/client'
import { cancelDeployment } from '@moorage/deployments/cancel-deployment'
import { createDeployment } from '@moorage/deployments/create-deployment'
import { pinDeployment } from '@moorage/deployments/pin-deployment'
import { rollbackDeployment } from '@moorage/deployments/rollback-deployment'
import { approveDeployment } from '@moorage/deployments/tool-approval'
import { type DeploymentView, deploymentInclude, deploymentView } from '@moorage/deployments/views'
import { isTerminal } from '@moorage/domain/deployment'
import type { Action } from '@moorage/domain/permission'
import { z } from 'zod'
import { actorOf, type Context, router, serverProcedure, signedIn } from '../trpc.ts'
import { watchView } from '../watch-view.ts'

const idInput = z.object({ id: z.string().max(40) })

export const deploymentsRouter = router({
  /** Production's, or a preview's; newest first; `before` is the id of the last one of the page before. */
  list: serverProcedure('server.read')
    .input(
      z.object({
        limit: z.number().int().min(1).max(100).default(20),
        before: z.string().optional(),
        preview: z.string().max(63).optional(),
      }),
    )
    .query(async ({ ctx, input }) => {
      const rows = await ctx.deps.db.deployment.findMany({
        where: {
          serverId: ctx.server.id,
          ...(input.preview ? { preview: { name: input.preview } } : { previewId: null }),
        },
        include: deploymentInclude,
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: input.limit,
        ...(input.before ? { cursor: { id: input.before }, skip: 1 } : {}),
      })
      return rows.map(deploymentView)
    }),

  get: signedIn.input(idInput).query(({ ctx, input }) => read(ctx, input.id, 'server.read')),

  /** Deploys the newest commit of the branch, or of `ref`. */
  create: serverProcedure('deployment.create')
    .input(z.object({ ref: z.string().max(255).optional() }))
    .mutation(async ({ ctx, input }) => {
      const { id: serverId, teamId } = ctx.server
      const made = await createDeployment(
        ctx.deps,
        {
          teamId,
          serverId,
          trigger: 'manual',
          ref: input.ref,
          ...(await lastPush(ctx, input.ref)),
        },
        actorOf(ctx.principal),
      )
      return read(ctx, made.id, 'server.read')
    }),

  cancel: signedIn.input(idInput).mutation(async ({ ctx, input }) => {
    const { teamId } = await find(ctx, input.id, 'deployment.cancel')
    await cancelDeployment(ctx.deps, { teamId, deploymentId: input.id }, actorOf(ctx.principal))
    return read(ctx, input.id, 'server.read')
  }),

  /** Without `to`: the deployment that was live before. Naming the live one restarts it. */
  rollback: serverProcedure('deployment.create')
    .input(
      z.object({
        to: z.string().max(40).optional(),
        /** Today's variables, or those that the earlier deployment ran with. */
        env: z.enum(['today', 'deployment']).default('today'),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const { id: serverId, teamId } = ctx.server
      const made = await rollbackDeployment(
        ctx.deps,
        { teamId, serverId, toDeploymentId: input.to, keepsEnv: input.env === 'deployment' },
        actorOf(ctx.principal),
      )
      return read(ctx, made.id, 'server.read')
    }),

  /** Lets one that waits because of its tools go live. */
  approve: signedIn.input(idInput).mutation(async ({ ctx, input: { id } }) => {
    const { teamId } = await find(ctx, id, 'deployment.create')
    await approveDeployment(ctx.deps, { teamId, deploymentId: id }, actorOf(ctx.principal))
    return read(ctx, id, 'server.read')
  }),

  /** A pinned one can go live again at any time: its image is never collected. */
  pin: signedIn
    .input(idInput.extend({ pinned: z.boolean() }))
    .mutation(async ({ ctx, input: { id, pinned } }) => {
      const { teamId } = await find(ctx, id, 'deployment.create')
      await pinDeployment(ctx.deps, { teamId, deploymentId: id, pinned }, actorOf(ctx.principal))
      return read(ctx, id, 'server.read')
    }),

  /** The deployment now and after every change, until it has ended or is live and drained. */
  watch: signedIn.input(idInput).subscription(async function* ({ ctx, input, signal }) {
    await find(ctx, input.id, 'server.read')
    yield* watchView(
      ctx.deps.events,
      {
        concerns: (event) => event.type === 'deployment' && event.deploymentId === input.id,
        read: () => read(ctx, input.id, 'server.read'),
        isLast: hasEnded,
        pollMs: 2_000,
      },
      signal ?? new AbortController().signal,
    )
  }),
})

function hasEnded(view: DeploymentView): boolean {
  const drained = view.steps.some((step) => step.name === 'drain' && step.status === 'done')
  return isTerminal(view.status) || (view.status === 'live' && drained)
}

type Asking = Pick<Context, 'deps'> & { principal: Principal }

async function find(ctx: Asking, id: string, action: Action) {
  const row = await ctx.deps.db.deployment.findUnique({
    where: { id },
    include: { ...deploymentInclude, server: { select: { id: true, teamId: true, slug: true } } },
  })
  if (!row) throw notFound('deployment')
  authorize(ctx.principal, action, { teamId: row.server.teamId, serverId: row.server.id })
  return { row, teamId: row.server.teamId }
}

async function read(
  ctx: Asking,
  id: string,
  action: Action,
): Promise<DeploymentView & { slug: string }> {
  const { row } = await find(ctx, id, action)
  return { ...deploymentView(row), slug: row.server.slug }
}

/** A server whose source comes by push is deployed again from what was pushed last. */
async function lastPush(
  ctx: Asking & { server: Pick<Server, 'id' | 'source' | 'repoUrl'> },
  ref: string | undefined,
): Promise<{ commitSha?: string; commitMessage?: string }> {
  if (ctx.server.source === 'settings' || ctx.server.repoUrl) return {}
  const last = await ctx.deps.db.deployment.findFirst({
    where: {
      serverId: ctx.server.id,
      previewId: null,
      commitSha: { not: null },
      ...(ref ? { ref } : {}),
    },
    orderBy: { createdAt: 'desc' },
  })
  if (!last?.commitSha) return {}
  return { commitSha: last.commitSha, commitMessage: last.commitMessage ?? '' }
}
