import {
  addTarget,
  listTargets,
  removeTarget,
  testTarget,
} from '@moorage/deployments/notifications/targets'
import { z } from 'zod'
import { router, teamProcedure } from '../trpc.ts'

const target = z.object({ id: z.string().max(40) })

/** For the team's admins: an address may hold a secret. */
const ofTeam = teamProcedure('team.update')

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
