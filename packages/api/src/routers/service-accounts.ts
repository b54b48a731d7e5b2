import { authorize, type Principal } from '@moorage/access/principal'
import {
  changeServiceAccount,
  createServiceAccount,
  issueSecret,
  removeServiceAccount,
  revokeSecret,
} from '@moorage/deployments/teams/service-accounts'
import { type Role, roles } from '@moorage/domain/permission'
import { z } from 'zod'
import { actorOf, router, teamProcedure } from '../trpc.ts'

const id = z.string().max(40)
const role = z.enum(roles)

/** Machines as members: a name, a role, and keys that end with them. */
export const serviceAccountsRouter = router({
  list: teamProcedure('service-account.read').query(async ({ ctx }) => {
    const rows = await ctx.deps.db.serviceAccount.findMany({
      where: { teamId: ctx.team.id },
      include: {
        keys: { where: { revokedAt: null }, select: { lastUsedAt: true } },
        client: { select: { createdAt: true } },
      },
      orderBy: { name: 'asc' },
    })
    return rows.map(({ keys, client, ...row }) => ({
      ...accountView(row),
      /** Since when it has a client secret; null: it has none. */
      secretSince: client?.createdAt ?? null,
      keys: keys.length,
      lastUsedAt: keys.reduce<Date | null>(
        (last, key) =>
          last && key.lastUsedAt && key.lastUsedAt < last ? last : (key.lastUsedAt ?? last),
        null,
      ),
    }))
  }),

  create: teamProcedure('service-account.write')
    .input(z.object({ name: z.string().trim().min(1).max(80), role: role.default('developer') }))
    .mutation(async ({ ctx, input: { name, role } }) => {
      const teamId = ctx.team.id
      mayGiveRole(ctx.principal, role, teamId)
      const actor = actorOf(ctx.principal)
      return accountView(await createServiceAccount(ctx.deps, { teamId, name, role }, actor))
    }),

  setRole: teamProcedure('service-account.write')
    .input(z.object({ id, role }))
    .mutation(async ({ ctx, input: { id, role } }) => {
      const teamId = ctx.team.id
      mayGiveRole(ctx.principal, role, teamId)
      const actor = actorOf(ctx.principal)
      return accountView(await changeServiceAccount(ctx.deps, { teamId, id, role }, actor))
    }),

  /** `clientSecret` is in this answer and can never be read again; one that was there before ends. */
  issueSecret: teamProcedure('service-account.write')
    .input(z.object({ id }))
    .mutation(async ({ ctx, input: { id } }) => {
      const about = { teamId: ctx.team.id, id }
      const issued = await issueSecret(ctx.deps, about, actorOf(ctx.principal))
      return { ...issued, tokenUrl: `${ctx.urls.dashboardUrl}/api/auth/oauth2/token` }
    }),

  revokeSecret: teamProcedure('service-account.write')
    .input(z.object({ id }))
    .mutation(async ({ ctx, input: { id } }) => {
      await revokeSecret(ctx.deps, { teamId: ctx.team.id, id }, actorOf(ctx.principal))
      return { id }
    }),

  remove: teamProcedure('service-account.write')
    .input(z.object({ id }))
    .mutation(async ({ ctx, input: { id } }) => {
      await removeServiceAccount(ctx.deps, { teamId: ctx.team.id, id }, actorOf(ctx.principal))
      return { id }
    }),
})

function mayGiveRole(principal: Principal, role: Role, teamId: string): void {
  if (role === 'owner') authorize(principal, 'team.transfer', { teamId })
}

function accountView(row: { id: string; name: string; role: Role; createdAt: Date }) {
  const { id, name, role, createdAt } = row
  return { id, name, role, createdAt }
}
