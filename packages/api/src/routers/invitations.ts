import { authorize } from '@moorage/access/principal'
import type { Invitation } from '@moorage/db/client'
import {
  acceptInvitation,
  acceptWithNewAccount,
  findInvitation,
} from '@moorage/deployments/teams/accept-invitation'
import { invite, openInvitation, revokeInvitation } from '@moorage/deployments/teams/invite'
import { roles } from '@moorage/domain/permission'
import { z } from 'zod'
import {
  actorOf,
  type Context,
  onlyPeople,
  publicProcedure,
  router,
  signedIn,
  teamProcedure,
} from '../trpc.ts'

const token = z.string().min(1).max(100)

export const invitationsRouter = router({
  /** Those that are open. Nobody reads a token again, whoever asks. */
  list: teamProcedure('member.invite').query(async ({ ctx }) => {
    const rows = await ctx.deps.db.invitation.findMany({
      where: { teamId: ctx.team.id, ...openInvitation() },
      orderBy: { createdAt: 'desc' },
    })
    return rows.map(invitationView)
  }),

  /** `link` is in this answer and can never be read again; null where it went by e-mail. */
  create: teamProcedure('member.invite')
    .input(
      z.object({
        email: z.email('Enter an e-mail address.').max(200),
        role: z.enum(roles).default('developer'),
      }),
    )
    .mutation(async ({ ctx, input: { email, role } }) => {
      const teamId = ctx.team.id
      if (role === 'owner') authorize(ctx.principal, 'team.transfer', { teamId })
      const { mail } = ctx.deps
      const actor = actorOf(ctx.principal)
      const about = { teamId, email, role, mailed: mail !== null }
      const { token, invitation } = await invite(ctx.deps, about, actor)
      const link = `${ctx.urls.dashboardUrl}/join?token=${token}`
      const view = invitationView(invitation)
      if (!mail) return { ...view, link }
      await mail.send(letter(ctx, { team: ctx.team.name, to: email, role, link, from: actor.name }))
      return { ...view, link: null }
    }),

  revoke: teamProcedure('member.invite')
    .input(z.object({ id: z.string().max(40) }))
    .mutation(async ({ ctx, input: { id } }) => {
      await revokeInvitation(ctx.deps, { teamId: ctx.team.id, id }, actorOf(ctx.principal))
      return { id }
    }),

  accept: signedIn.input(z.object({ token })).mutation(async ({ ctx, input }) => {
    const { slug, name } = await acceptInvitation(ctx.deps, input.token, onlyPeople(ctx.principal))
    return { slug, name }
  }),

  /** For who is new here: makes their account, and joins. */
  acceptAsNew: publicProcedure
    .input(
      z.object({
        token,
        name: z.string().trim().min(1, 'Enter your name.').max(80),
        password: z.string().min(10, 'Use 10 characters or more.').max(128),
      }),
    )
    .mutation(async ({ ctx, input: { token, ...person } }) => {
      const { email, team } = await acceptWithNewAccount(ctx.deps, token, person)
      return { email, slug: team.slug }
    }),

  /** What a link is for, and whether its address has an account already. Null: it is not good any more. */
  preview: publicProcedure.input(z.object({ token })).query(async ({ ctx, input }) => {
    const found = await findInvitation(ctx.deps, input.token)
    if (!found) return null
    const { email, role, team } = found
    const hasAccount = (await ctx.deps.db.user.count({ where: { email } })) > 0
    return { email, role, team: team.name, hasAccount }
  }),
})

function invitationView({ id, email, role, mailed, createdAt, expiresAt }: Invitation) {
  return { id, email, role, mailed, createdAt, expiresAt }
}

function letter(
  { urls }: Pick<Context, 'urls'>,
  about: { team: string; to: string; role: string; link: string; from: string },
) {
  const { team, to, role, link, from } = about
  return {
    to,
    subject: `You are invited to ${team} on Moorage`,
    text: [
      `${from} invites you to join the team ${team} at ${urls.dashboardUrl}, as ${role}.`,
      link,
      'The link is good for a week, once, and for this address. If you expected nothing of the kind, ignore it.',
    ].join('\n\n'),
  }
}
