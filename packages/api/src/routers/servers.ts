import { may, notFound, type Principal, teamIds } from '@moorage/access/principal'
import { settingsSchema } from '@moorage/build-plan/settings'
import type { PlatformEvent } from '@moorage/bus/events'
import { listCallers } from '@moorage/deployments/callers'
import { createDeployment } from '@moorage/deployments/create-deployment'
import { createServer } from '@moorage/deployments/create-server'
import { setEnvVar } from '@moorage/deployments/env-vars'
import { removeServer } from '@moorage/deployments/remove-server'
import { updateServer } from '@moorage/deployments/update-server'
import { serverInclude, serverView } from '@moorage/deployments/views'
import { AppError } from '@moorage/domain/error'
import { policySchema } from '@moorage/domain/policy'
import { pushingInputSchema } from '@moorage/domain/pushing'
import { routingInputSchema } from '@moorage/domain/routing'
import { z } from 'zod'
import { serverSummary } from '../server-summary.ts'
import { actorOf, type Context, findTeam, router, serverProcedure, signedIn } from '../trpc.ts'
import { watchView } from '../watch-view.ts'

const envVar = { scope: 'production', writeOnly: true } as const
const access = z.enum(['private', 'public', 'own_auth'])
const source = {
  /** `settings`: there is no repository, `settings` says all there is to say. */
  source: z.enum(['git', 'settings']).optional(),
  /** What moorage.json can say, with precedence over it. Replaces what was set before. */
  settings: settingsSchema.optional(),
  branch: z.string().max(255).optional(),
  rootDir: z.string().max(500).optional(),
}
/** The text of an OpenAPI document that was uploaded. */
const document = z.string().max(1024 * 1024)

export const serversRouter = router({
  list: signedIn
    .input(z.object({ team: z.string().optional() }).optional())
    .query(({ ctx, input }) => list(ctx, input?.team)),

  /** The list in short, now and after every change in it. */
  watchAll: signedIn
    .input(z.object({ team: z.string().optional() }).optional())
    .subscription(async function* ({ ctx, input, signal }) {
      yield* watchView(
        ctx.deps.events,
        {
          concerns: ({ type }) => type === 'server' || type === 'deployment' || type === 'route',
          read: async () => (await list(ctx, input?.team)).map(serverSummary),
          pollMs: 15_000,
        },
        signal ?? new AbortController().signal,
      )
    }),

  get: serverProcedure('server.read').query(({ ctx }) => view(ctx, ctx.server.id)),

  /** The server now and after every change, for as long as it exists and the caller stays. */
  watch: serverProcedure('server.read').subscription(async function* ({ ctx, signal }) {
    const { id } = ctx.server
    yield* watchView(
      ctx.deps.events,
      {
        concerns: (event) => 'serverId' in event && event.serverId === id && isChange(event.type),
        read: () => view(ctx, id),
        pollMs: 5_000,
      },
      signal ?? new AbortController().signal,
    )
  }),

  /** Makes the server, and where its source is known, deploys it at once. */
  create: signedIn
    .input(
      z.object({
        team: z.string().optional(),
        slug: z.string(),
        name: z.string().max(80).optional(),
        repoUrl: z.string().max(2000).optional(),
        ...source,
        document: document.optional(),
        access: access.optional(),
        env: z.record(z.string(), z.string()).optional(),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const teamId = await chooseTeam(ctx, input.team)
      const server = await createServer(ctx.deps, { ...input, teamId }, actorOf(ctx.principal))
      try {
        for (const [key, value] of Object.entries(input.env ?? {}))
          await setEnvVar(ctx.deps, { ...envVar, serverId: server.id, key, value })
      } catch (error) {
        // A refused variable must not leave a server behind that takes the name.
        await removeServer(ctx.deps, { teamId, serverId: server.id }, actorOf(ctx.principal))
        throw error
      }
      if (server.source === 'settings' || (server.repoUrl && !server.deployKey))
        await createDeployment(
          ctx.deps,
          { teamId, serverId: server.id, trigger: 'manual' },
          actorOf(ctx.principal),
        )
      return view(ctx, server.id)
    }),

  update: serverProcedure('server.update')
    .input(
      z.object({
        name: z.string().max(80).optional(),
        repoUrl: z.string().max(2000).nullable().optional(),
        ...source,
        document: document.nullable().optional(),
        access: access.optional(),
        routing: routingInputSchema.optional(),
        pushing: pushingInputSchema.optional(),
        /** Replaces what was set before. */
        policy: policySchema.optional(),
      }),
    )
    .mutation(async ({ ctx, input: { slug: _, ...change } }) => {
      const { id: serverId, teamId } = ctx.server
      await updateServer(ctx.deps, { teamId, serverId, change }, actorOf(ctx.principal))
      return view(ctx, serverId)
    }),

  /** Whom its policy can name: members, service accounts and keys of the team. */
  callers: serverProcedure('server.update').query(({ ctx }) => listCallers(ctx.deps, ctx.server)),

  /** What destroys must be typed: `confirm` is the slug once more. */
  remove: serverProcedure('server.delete')
    .input(z.object({ confirm: z.string() }))
    .mutation(async ({ ctx, input }) => {
      if (input.confirm !== ctx.server.slug)
        throw new AppError('bad_input', `Type "${ctx.server.slug}" to delete it.`)
      const { id: serverId, teamId } = ctx.server
      await removeServer(ctx.deps, { teamId, serverId }, actorOf(ctx.principal))
      return { removed: ctx.server.slug }
    }),
})

/** Log lines of a busy server say nothing about its state. */
function isChange(type: PlatformEvent['type']): boolean {
  return type !== 'log' && type !== 'request-log'
}

async function list(
  ctx: Pick<Context, 'deps' | 'urls'> & { principal: Principal },
  team: string | undefined,
) {
  const { principal } = ctx
  const rows = await ctx.deps.db.server.findMany({
    where: { teamId: { in: teamIds(principal) }, ...(team ? { team: { slug: team } } : {}) },
    include: serverInclude,
    orderBy: { slug: 'asc' },
  })
  return rows
    .filter((row) => may(principal, 'server.read', { teamId: row.teamId, serverId: row.id }))
    .map((row) => serverView(row, ctx.urls))
}

async function view(ctx: Pick<Context, 'deps' | 'urls'>, serverId: string) {
  const row = await ctx.deps.db.server.findUnique({
    where: { id: serverId },
    include: serverInclude,
  })
  if (!row) throw notFound('server')
  return serverView(row, ctx.urls)
}

/** The team that was named, or the only one there is. */
export async function chooseTeam(
  ctx: Pick<Context, 'deps'> & { principal: Principal },
  slug: string | undefined,
): Promise<string> {
  return (await findTeam(ctx, slug, 'server.create')).id
}
