/** From the highest to the lowest: each may all that the next one may. */
export const roles = ['owner', 'admin', 'developer', 'viewer', 'caller'] as const
export type Role = (typeof roles)[number]

/** What an API key may be allowed. A key never gains more than its scopes say. */
export const scopes = ['call', 'read', 'deploy', 'admin'] as const
export type Scope = (typeof scopes)[number]

/**
 * Everything that can be done to a team's things: the lowest role that may do it, and the scopes
 * of a key that may. The scope `admin` may all that an admin may, and is not repeated here.
 */
const table = {
  'team.read': ['viewer', 'read', 'deploy'],
  'team.update': ['admin'],
  'team.delete': ['owner'],
  'team.transfer': ['owner'],
  'member.read': ['viewer', 'read'],
  'member.invite': ['admin'],
  'member.change': ['admin'],
  'member.remove': ['admin'],
  'service-account.read': ['viewer', 'read'],
  'service-account.write': ['admin'],
  'audit.read': ['admin'],
  'grant.read': ['admin'],
  'grant.revoke': ['admin'],
  'server.read': ['viewer', 'read', 'deploy'],
  'server.create': ['developer', 'deploy'],
  'server.update': ['developer', 'deploy'],
  'server.delete': ['admin'],
  'server.call': ['caller', 'call'],
  'deployment.create': ['developer', 'deploy'],
  'deployment.cancel': ['developer', 'deploy'],
  'log.read': ['viewer', 'read', 'deploy'],
  'env.read': ['developer', 'deploy'],
  'env.write': ['developer', 'deploy'],
  'key.read': ['developer'],
  'key.write': ['developer'],
} as const satisfies Record<string, readonly [Role, ...Exclude<Scope, 'admin'>[]]>

export type Action = keyof typeof table
export const actions = Object.keys(table) as Action[]

/** By the role alone: a key is bound by its scopes, too. */
export function roleMay(role: Role, action: Action): boolean {
  return isAtLeast(role, table[action][0])
}

/** By the scopes of a key alone; `admin` holds what the role admin may. */
export function scopesMay(held: readonly Scope[], action: Action): boolean {
  const [, ...enough]: readonly [Role, ...Scope[]] = table[action]
  return held.some((scope) =>
    scope === 'admin' ? roleMay('admin', action) : enough.includes(scope),
  )
}

/** The scopes with which a key may all that one of this role can hand on to a key. */
export function widestScopes(role: Role): Scope[] {
  const held = scopes.filter((scope) =>
    actions.every((action) => !scopesMay([scope], action) || roleMay(role, action)),
  )
  return held.includes('admin') ? ['admin'] : held
}

/** Is the role `lowest`, or one that may more? */
export function isAtLeast(role: Role, lowest: Role): boolean {
  return roles.indexOf(role) <= roles.indexOf(lowest)
}
