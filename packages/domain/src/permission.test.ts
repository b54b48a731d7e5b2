import { expect, test } from 'vitest'
import { actions, roleMay, roles, scopesMay } from './permission.ts'

test('each role may all that the role below it may', () => {
  for (let i = 0; i < roles.length - 1; i++) {
    const above = roles[i]
    const below = roles[i + 1]
    if (!above || !below) throw new Error('unreachable')
    for (const action of actions)
      if (roleMay(below, action)) expect(roleMay(above, action)).toBe(true)
  }
})

test('a key for calling can do nothing else', () => {
  expect(actions.filter((action) => scopesMay(['call'], action))).toEqual(['server.call'])
})

test('no scope but admin reaches keys, members or deletion', () => {
  for (const action of ['key.read', 'key.write', 'team.manage', 'server.delete'] as const)
    expect(scopesMay(['call', 'read', 'deploy'], action)).toBe(false)
})
