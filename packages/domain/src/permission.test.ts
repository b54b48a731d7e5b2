import { expect, test } from 'vitest'
import { actions, roleMay, roles, scopes, scopesMay, widestScopes } from './permission.ts'

test('an owner may everything, and each role some things that the next one may not', () => {
  const counts = (['owner', 'admin', 'developer', 'viewer', 'caller'] as const).map(
    (role) => actions.filter((action) => roleMay(role, action)).length,
  )
  expect(counts[0]).toBe(actions.length)
  expect(counts).toEqual([...new Set(counts)].sort((a, b) => b - a))
})

test('a caller, and a key for calling, can do nothing else', () => {
  expect(actions.filter((action) => roleMay('caller', action))).toEqual(['server.call'])
  expect(actions.filter((action) => scopesMay(['call'], action))).toEqual(['server.call'])
})

test('no scope but admin reaches keys, the audit log, members or deletion', () => {
  const kept = actions.filter(
    (action) =>
      /^(key|audit)\.|^(member|service-account)\.(?!read)/.test(action) || /delete/.test(action),
  )
  expect(kept.length).toBeGreaterThan(7)
  for (const action of kept) expect(scopesMay(['call', 'read', 'deploy'], action)).toBe(false)
})

test('no key deletes a team or gives it away', () => {
  for (const action of ['team.delete', 'team.transfer'] as const)
    expect(scopesMay(scopes, action)).toBe(false)
})

test('a key of the widest scopes of a role may nothing that the role may not', () => {
  expect(roles.map((role) => widestScopes(role).join(' '))).toEqual([
    'admin',
    'admin',
    'call read deploy',
    'call read',
    'call',
  ])
})
