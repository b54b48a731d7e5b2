import { authorize, notFound, teamIds } from '@moorage/access/principal'
import {
  addTarget,
  listTargets,
  removeTarget,
  testTarget,
} from '@moorage/deployments/notifications/targets'
import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import { router, signedIn } from '../trpc.ts'

const target = z.object({ id: z.string().max(40) })

/** Of the team that is named, or of the caller's only one; for its admins. */
const ofTeam = signedIn
  .input(z.object({ team: z.string().max(80).optional() }))
  .use(async ({ ctx, input, next }) => {
    const ids = teamIds(ctx.principal)
    const slug = input.team
    if (slug === undefined && ids.length > 1)
      throw new AppError('bad_input', 'You are in several teams: say which.')
    const team = await ctx.deps.db.team.findFirst({
      where: { id: { in: ids }, ...(slug === undefined ? {} : { slug }) },
    })
    if (!team) throw notFound('team')
    authorize(ctx.principal, 'team.update', { teamId: team.id })
    return next({ ctx: { ...ctx, team } })
  })

/** Where a team is told of what happens to its servers. */
export const notificationsRouter = router({
  list: ofTeam.query(({ ctx }) => listTargets(ctx.deps, { teamId: ctx.team.id })),

  /** Of a webhook, `secret` is in this answer and can never be read again. */
  add: ofTeam
    .input(
      z.object({
        kind: z.enum(['webhook', 'slack', 'email']),
        name: z.string().trim().min(1).max(80),
        address: z.string().max(2000),
        events: z.array(z.enum(['live', 'failed', 'crash_loop'])).min(1),
      }),
    )
    .mutation(({ ctx, input: { team: _, ...added } }) =>
      addTarget(ctx.deps, { ...added, teamId: ctx.team.id }),
    ),

  /** Sends a notice; how it went is in the list within seconds. */
  test: ofTeam.input(target).mutation(async ({ ctx, input: { id } }) => {
    await testTarget(ctx.deps, { teamId: ctx.team.id, id })
    return { id }
  }),

  remove: ofTeam.input(target).mutation(async ({ ctx, input: { id } }) => {
    await removeTarget(ctx.deps, { teamId: ctx.team.id, id })
    return { id }
  }),
})
