import { authorize, may, notFound, type Principal, teamIds } from '@moorage/access/principal'
import { createDeployment } from '@moorage/deployments/create-deployment'
import { createServer } from '@moorage/deployments/create-server'
import { removeServer } from '@moorage/deployments/remove-server'
import { updateServer } from '@moorage/deployments/update-server'
import { serverInclude, serverView } from '@moorage/deployments/views'
import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import { actorOf, type Context, router, serverProcedure, signedIn } from '../trpc.ts'

const access = z.enum(['private', 'public', 'own_auth'])

export const serversRouter = router({
  list: signedIn
    .input(z.object({ team: z.string().optional() }).optional())
    .query(async ({ ctx, input }) => {
      const { principal } = ctx
      const rows = await ctx.deps.db.server.findMany({
        where: {
          teamId: { in: teamIds(principal) },
          ...(input?.team ? { team: { slug: input.team } } : {}),
        },
        include: serverInclude,
        orderBy: { slug: 'asc' },
      })
      return rows
        .filter((row) => may(principal, 'server.read', { teamId: row.teamId, serverId: row.id }))
        .map((row) => serverView(row, ctx.urls))
    }),

  get: serverProcedure('server.read').query(({ ctx }) => view(ctx, ctx.server.id)),

  /** Makes the server, and where a repository is named, deploys it at once. */
  create: signedIn
    .input(
      z.object({
        team: z.string().optional(),
        slug: z.string(),
        name: z.string().max(80).optional(),
        repoUrl: z.string().max(2000).optional(),
        branch: z.string().max(255).optional(),
        rootDir: z.string().max(500).optional(),
        access: access.optional(),
        env: z.record(z.string(), z.string()).optional(),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const teamId = await chooseTeam(ctx, input.team)
      const server = await createServer(ctx.deps, { ...input, teamId }, actorOf(ctx.principal))
      if (server.repoUrl && !server.deployKey)
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
        branch: z.string().max(255).optional(),
        rootDir: z.string().max(500).optional(),
        access: access.optional(),
      }),
    )
    .mutation(async ({ ctx, input: { slug: _, ...change } }) => {
      const { id: serverId, teamId } = ctx.server
      await updateServer(ctx.deps, { teamId, serverId, change }, actorOf(ctx.principal))
      return view(ctx, serverId)
    }),

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

async function view(ctx: Pick<Context, 'deps' | 'urls'>, serverId: string) {
  const row = await ctx.deps.db.server.findUniqueOrThrow({
    where: { id: serverId },
    include: serverInclude,
  })
  return serverView(row, ctx.urls)
}

/** The team that was named, or the only one there is. */
export async function chooseTeam(
  ctx: Pick<Context, 'deps'> & { principal: Principal },
  slug: string | undefined,
): Promise<string> {
  const ids = teamIds(ctx.principal)
  if (slug === undefined && ids.length > 1)
    throw new AppError('bad_input', 'You are in several teams: say which.', {
      hint: 'Give "team".',
    })
  const team = await ctx.deps.db.team.findFirst({
    where: { id: { in: ids }, ...(slug ? { slug } : {}) },
  })
  if (!team) throw notFound('team')
  authorize(ctx.principal, 'server.create', { teamId: team.id })
  return team.id
}
