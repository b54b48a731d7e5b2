import { type Principal, teamIds } from '@moorage/access/principal'
import { setupIsOpen } from '@moorage/access/setup'
import { platformWarnings } from '@moorage/deployments/platform-warnings'
import { isAtLeast, type Role } from '@moorage/domain/permission'
import { publicProcedure, router } from '../trpc.ts'

export const meRouter = router({
  /** Who am I, where am I, and what can be reached from here? Answers anyone. */
  get: publicProcedure.query(async ({ ctx }) => {
    const { principal } = ctx
    const rows = await ctx.deps.db.team.findMany({
      where: { id: { in: principal ? teamIds(principal) : [] } },
      select: { id: true, slug: true, name: true },
      orderBy: { createdAt: 'asc' },
    })
    const teams = rows.map(({ id, ...team }) => ({ ...team, role: roleIn(principal, id) }))
    return {
      principal: principal && {
        kind: principal.kind,
        id: principal.id,
        name: principal.name,
        email: principal.kind === 'user' ? principal.email : null,
        scopes: principal.kind === 'key' ? principal.scopes : null,
      },
      teams,
      /** What of the isolation of builds and servers is not in force; admins alone are told. */
      warnings: isAdmin(principal) ? await platformWarnings(ctx.deps) : [],
      setupOpen: await setupIsOpen(ctx.deps),
      platform: { version: ctx.version, ...ctx.urls },
    }
  }),
})

function isAdmin(principal: Principal | null): boolean {
  return (
    principal?.kind === 'user' && principal.memberships.some((row) => isAtLeast(row.role, 'admin'))
  )
}

/** Null for a key of the team's own: its scopes alone say what it may. */
function roleIn(principal: Principal | null, teamId: string): Role | null {
  if (principal?.kind === 'key') return principal.owner?.role ?? null
  return principal?.memberships.find((row) => row.teamId === teamId)?.role ?? null
}
