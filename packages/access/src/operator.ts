import type { Db } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { isAtLeast } from '@moorage/domain/permission'
import type { Principal } from './principal.ts'

/**
 * Who sees to the platform itself: the owners and admins of its first team, the one that its set-up
 * made. A person, never a key.
 */
export async function mayOperate(
  { db }: { db: Db },
  principal: Principal | null,
): Promise<boolean> {
  if (principal?.kind !== 'user') return false
  const first = await db.team.findFirst({ orderBy: { createdAt: 'asc' } })
  const membership = principal.memberships.find(({ teamId }) => teamId === first?.id)
  return membership !== undefined && isAtLeast(membership.role, 'admin')
}

/** Throws `forbidden`. */
export async function requireOperator(deps: { db: Db }, principal: Principal): Promise<void> {
  if (await mayOperate(deps, principal)) return
  throw new AppError('forbidden', 'Operators of this platform alone do this.', {
    hint: 'They are the owners and admins of its first team.',
  })
}
