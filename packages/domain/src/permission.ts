export const roles = ['owner', 'admin', 'developer', 'viewer'] as const
export type Role = (typeof roles)[number]

/** Everything that can be done to a team's things. */
export const actions = [
  'team.read',
  'team.manage',
  'server.read',
  'server.create',
  'server.update',
  'server.delete',
  'server.call',
  'deployment.create',
  'deployment.cancel',
  'log.read',
  'env.read',
  'env.write',
  'key.read',
  'key.write',
] as const
export type Action = (typeof actions)[number]

/** What an API key may be allowed. A key never gains more than its scopes say. */
export const scopes = ['call', 'read', 'deploy', 'admin'] as const
export type Scope = (typeof scopes)[number]

const viewer: Action[] = ['team.read', 'server.read', 'server.call', 'log.read']
const developer: Action[] = [
  ...viewer,
  'server.create',
  'server.update',
  'deployment.create',
  'deployment.cancel',
  'env.read',
  'env.write',
  'key.read',
  'key.write',
]
const admin: Action[] = [...developer, 'team.manage', 'server.delete']

const byRole: Record<Role, readonly Action[]> = { owner: actions, admin, developer, viewer }

const byScope: Record<Scope, readonly Action[]> = {
  call: ['server.call'],
  read: ['team.read', 'server.read', 'log.read'],
  deploy: [
    'team.read',
    'server.read',
    'log.read',
    'server.create',
    'server.update',
    'deployment.create',
    'deployment.cancel',
    'env.read',
    'env.write',
  ],
  admin: actions,
}

export function roleMay(role: Role, action: Action): boolean {
  return byRole[role].includes(action)
}

export function scopesMay(held: readonly Scope[], action: Action): boolean {
  return held.some((scope) => byScope[scope].includes(action))
}
