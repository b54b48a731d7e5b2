import { z } from 'zod'
import { router, teamProcedure } from '../trpc.ts'

export const auditRouter = router({
  /** Who did what to the team's things, the newest first. `before` is the id of the last row that was read. */
  list: teamProcedure('audit.read')
    .input(
      z.object({
        before: z.string().max(40).optional(),
        limit: z.number().int().min(1).max(200).default(50),
      }),
    )
    .query(async ({ ctx, input }) => {
      const rows = await ctx.deps.db.auditEvent.findMany({
        where: { teamId: ctx.team.id },
        orderBy: [{ at: 'desc' }, { id: 'desc' }],
        take: input.limit,
        ...(input.before ? { cursor: { id: input.before }, skip: 1 } : {}),
      })
      return rows.map(({ id, at, actorName, action, target, detail }) => ({
        ...{ id, at, actorName, action, target },
        detail: detailSchema.parse(detail),
      }))
    }),
})

const detailSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
