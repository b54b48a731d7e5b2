import { expect, test } from 'vitest'
import { authorize, may, type Principal } from './principal.ts'

const viewer: Principal = {
  kind: 'user',
  id: 'u',
  name: 'V',
  email: 'v@example.com',
  memberships: [{ teamId: 't1', teamSlug: 'one', role: 'viewer' }],
}
const key: Principal = {
  kind: 'key',
  id: 'k',
  name: 'ci',
  teamId: 't1',
  teamSlug: 'one',
  serverId: 's1',
  scopes: ['deploy'],
  owner: null,
}

test('a member of one team can do nothing in another, and cannot tell that it exists', () => {
  expect(may(viewer, 'server.read', { teamId: 't2' })).toBe(false)
  expect(() => authorize(viewer, 'server.read', { teamId: 't2', serverId: 's9' })).toThrow(
    expect.objectContaining({ code: 'not_found' }),
  )
})

test('a viewer who may see a server but not deploy it is told so', () => {
  expect(() => authorize(viewer, 'deployment.create', { teamId: 't1', serverId: 's1' })).toThrow(
    expect.objectContaining({ code: 'forbidden' }),
  )
})

test('a key for one server reaches no other server and no team-wide action', () => {
  expect(may(key, 'deployment.create', { teamId: 't1', serverId: 's1' })).toBe(true)
  expect(may(key, 'deployment.create', { teamId: 't1', serverId: 's2' })).toBe(false)
  expect(may(key, 'server.create', { teamId: 't1' })).toBe(false)
  expect(may(key, 'deployment.create', { teamId: 't2', serverId: 's1' })).toBe(false)
})

test('a key may no more than its owner may', () => {
  const owned: Principal = { ...key, owner: { kind: 'user', id: 'u', role: 'viewer' } }
  expect(may(owned, 'deployment.create', { teamId: 't1', serverId: 's1' })).toBe(false)
  expect(may(owned, 'server.read', { teamId: 't1', serverId: 's1' })).toBe(true)
})
