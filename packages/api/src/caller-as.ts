import type { Principal } from '@moorage/access/principal'
import type { Caller } from '@moorage/domain/policy'

/** As the router sees them when they call a server of this team. */
export function callerAs(principal: Principal, teamId: string): Caller {
  if (principal.kind === 'key') {
    const { id, owner } = principal
    return { keyId: id, memberId: owner?.id ?? null, role: owner?.role ?? null }
  }
  const role = principal.memberships.find((one) => one.teamId === teamId)?.role ?? null
  return { keyId: null, memberId: principal.id, role }
}
