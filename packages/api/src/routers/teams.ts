import { may } from '@moorage/access/principal'
import { createTeam, updateTeam } from '@moorage/deployments/teams/create-team'
import { deleteTeam, graceMs, restoreTeam } from '@moorage/deployments/teams/delete-team'
import { removeMember, transferOwnership } from '@moorage/deployments/teams/members'
import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import { actorOf, onlyPeople, router, signedIn, teamInput, teamProcedure } from '../trpc.ts'

const name = z.string().trim().min(1, 'Name the team.').max(80)
const slug = z.string().max(80)

export const teamsRouter = router({
  /** The caller's own, with those that were deleted and can still be restored by them. */
  list: signedIn.query(async ({ ctx }) => {
    const { principal } = ctx
    if (principal.kind === 'key') return [{ ...(await ownTeam(principal.teamId)), role: null }]
    const rows = await ctx.deps.db.member.findMany({
      where: { userId: principal.id, OR: [{ team: { deletedAt: null } }, { role: 'owner' }] },
      include: { team: true },
      orderBy: { createdAt: 'asc' },
    })
    return rows.map(({ team, role }) => ({ ...teamView(team), role }))

    async function ownTeam(id: string) {
      return teamView(await ctx.deps.db.team.findUniqueOrThrow({ where: { id } }))
    }
  }),

  create: signedIn.input(z.object({ name, slug })).mutation(async ({ ctx, input }) => {
    const person = onlyPeople(ctx.principal)
    const mayMake = person.memberships.some(({ teamId }) =>
      may(person, 'server.create', { teamId }),
    )
    if (!mayMake && !(ctx.deps.openSignUp && person.memberships.length === 0))
      throw new AppError('forbidden', 'You may not make a team on this platform.', {
        hint: 'It takes the role of a developer in some team.',
      })
    return teamView(await createTeam(ctx.deps, input, actorOf(person)))
  }),

  update: teamProcedure('team.update')
    .input(z.object({ name: name.optional(), slug: slug.optional() }))
    .mutation(async ({ ctx, input }) => {
      const change = { teamId: ctx.team.id, name: input.name, slug: input.slug }
      return teamView(await updateTeam(ctx.deps, change, actorOf(ctx.principal)))
    }),

  /** Gives one's ownership to another member. */
  transfer: teamProcedure('team.transfer')
    .input(z.object({ userId: z.string().max(40) }))
    .mutation(async ({ ctx, input }) => {
      const owner = actorOf(onlyPeople(ctx.principal))
      await transferOwnership(ctx.deps, { teamId: ctx.team.id, to: input.userId }, owner)
      return { owner: input.userId }
    }),

  /** Whoever is in a team may leave it, but for its last owner. */
  leave: signedIn.input(teamInput.required()).mutation(async ({ ctx, input }) => {
    const person = onlyPeople(ctx.principal)
    const membership = person.memberships.find(({ teamSlug }) => teamSlug === input.team)
    if (!membership) throw new AppError('not_found', 'You are not in a team of this name.')
    const about = { teamId: membership.teamId, userId: person.id, mayOwn: true }
    await removeMember(ctx.deps, about, actorOf(person))
    return { left: input.team }
  }),

  /** What destroys must be typed: `confirm` is the slug once more. It can be restored for a week. */
  remove: teamProcedure('team.delete')
    .input(z.object({ confirm: z.string() }))
    .mutation(async ({ ctx, input }) => {
      if (input.confirm !== ctx.team.slug)
        throw new AppError('bad_input', `Type "${ctx.team.slug}" to delete it.`)
      return teamView(await deleteTeam(ctx.deps, ctx.team.id, actorOf(ctx.principal)))
    }),

  restore: signedIn.input(teamInput.required()).mutation(async ({ ctx, input }) => {
    const person = actorOf(onlyPeople(ctx.principal))
    return teamView(await restoreTeam(ctx.deps, input.team, person))
  }),
})

function teamView(team: { slug: string; name: string; createdAt: Date; deletedAt: Date | null }) {
  const { slug, name, createdAt, deletedAt } = team
  /** When it is gone for good. */
  const removedAt = deletedAt && new Date(deletedAt.getTime() + graceMs)
  return { slug, name, createdAt, deletedAt, removedAt }
}
