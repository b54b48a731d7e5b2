import { AppError } from '@moorage/domain/error'
import { type Action, type Role, roleMay, type Scope, scopesMay } from '@moorage/domain/permission'

/** Whose a key is: it may no more than its owner may, and ends with them. */
export type KeyOwner = { kind: 'user' | 'service-account'; id: string; role: Role }

/** Who is asking: a signed-in person, or a machine with an API key. */
export type Principal =
  | {
      kind: 'user'
      id: string
      name: string
      email: string
      memberships: { teamId: string; teamSlug: string; role: Role }[]
    }
  | {
      kind: 'key'
      id: string
      name: string
      teamId: string
      teamSlug: string
      /** Null: every server of the team. */
      serverId: string | null
      scopes: Scope[]
      /** Null: the team's own. */
      owner: KeyOwner | null
    }

/** What is asked about: a team, or one server of it. */
export type Target = { teamId: string; serverId?: string }

/** The one place that answers "may this principal do this?". */
export function may(principal: Principal, action: Action, target: Target): boolean {
  switch (principal.kind) {
    case 'user': {
      const membership = principal.memberships.find((row) => row.teamId === target.teamId)
      return membership !== undefined && roleMay(membership.role, action)
    }
    case 'key': {
      if (principal.teamId !== target.teamId || !scopesMay(principal.scopes, action)) return false
      if (principal.owner && !roleMay(principal.owner.role, action)) return false
      return principal.serverId === null || principal.serverId === target.serverId
    }
  }
}

/** The teams in which the principal may see anything at all. */
export function teamIds(principal: Principal): string[] {
  return principal.kind === 'user'
    ? principal.memberships.map((row) => row.teamId)
    : [principal.teamId]
}

/**
 * Throws `not_found` where the principal may not even see the target, so that nobody learns what
 * other teams have, and `forbidden` where it may be seen but not this.
 */
export function authorize(principal: Principal, action: Action, target: Target): void {
  if (may(principal, action, target)) return
  const visible: Action = target.serverId ? 'server.read' : 'team.read'
  if (!may(principal, visible, target)) throw notFound(target.serverId ? 'server' : 'team')
  throw new AppError('forbidden', `You may not do this here (${action}).`, {
    hint:
      principal.kind === 'key'
        ? 'Use a key with a wider scope: moorage keys create --scope deploy'
        : 'Ask an admin of the team for a higher role.',
  })
}

/** Says the same of what is not there and of what one may not see. */
export function notFound(what: string): AppError {
  return new AppError('not_found', `There is no such ${what}, or you may not see it.`)
}
