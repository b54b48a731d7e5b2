import { may } from '@moorage/access/principal'
import { changeRole, removeMember } from '@moorage/deployments/teams/members'
import { roles } from '@moorage/domain/permission'
import { z } from 'zod'
import { actorOf, router, teamProcedure } from '../trpc.ts'

const about = z.object({ userId: z.string().max(40) })

export const membersRouter = router({
  list: teamProcedure('member.read').query(async ({ ctx }) => {
    const rows = await ctx.deps.db.member.findMany({
      where: { teamId: ctx.team.id },
      include: { user: { select: { name: true, email: true } } },
      orderBy: { createdAt: 'asc' },
    })
    return rows.map(({ userId, role, createdAt, user }) => ({ userId, role, createdAt, ...user }))
  }),

  setRole: teamProcedure('member.change')
    .input(about.extend({ role: z.enum(roles) }))
    .mutation(async ({ ctx, input: { userId, role } }) => {
      const change = { teamId: ctx.team.id, userId, role, mayOwn: mayOwn(ctx) }
      await changeRole(ctx.deps, change, actorOf(ctx.principal))
      return { userId, role }
    }),

  remove: teamProcedure('member.remove')
    .input(about)
    .mutation(async ({ ctx, input: { userId } }) => {
      const change = { teamId: ctx.team.id, userId, mayOwn: mayOwn(ctx) }
      await removeMember(ctx.deps, change, actorOf(ctx.principal))
      return { removed: userId }
    }),
})

function mayOwn(ctx: { principal: Parameters<typeof may>[0]; team: { id: string } }): boolean {
  return may(ctx.principal, 'team.transfer', { teamId: ctx.team.id })
}
