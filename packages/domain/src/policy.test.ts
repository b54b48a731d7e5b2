import { expect, test } from 'vitest'
import {
  type Caller,
  mayCall,
  mayUse,
  openPolicy,
  policySchema,
  readKeyUses,
  readPolicy,
  usesFor,
} from './policy.ts'

const owner: Caller = { keyId: null, memberId: 'usr_owner', role: 'owner' }
const viewer: Caller = { keyId: null, memberId: 'usr_viewer', role: 'viewer' }
const teamKey: Caller = { keyId: 'key_1', memberId: null, role: null }
const viewersKey: Caller = { keyId: 'key_2', memberId: 'usr_viewer', role: 'viewer' }
const stranger: Caller = { keyId: null, memberId: 'usr_else', role: null }
const all = [owner, viewer, teamKey, viewersKey, stranger]

test('by itself a policy lets the team call, and everything be used', () => {
  expect(readPolicy({})).toEqual(openPolicy)
  expect(all.map((caller) => mayCall(openPolicy, caller))).toEqual([true, true, true, true, false])
  expect(mayUse(usesFor(openPolicy, viewer, null), 'tools', 'anything')).toBe(true)
})

test('chosen callers are those named, with the keys of people who are named', () => {
  const policy = readPolicy({ mayCall: 'chosen', chosen: ['member:usr_viewer', 'key:key_1'] })
  expect(all.map((caller) => mayCall(policy, caller))).toEqual([false, true, true, true, false])
})

test('one who was chosen and has left the team may not call', () => {
  const policy = readPolicy({ mayCall: 'chosen', chosen: ['member:usr_else'] })
  expect(mayCall(policy, stranger)).toBe(false)
})

test('anyone signed in may call where the policy says so', () => {
  expect(all.every((caller) => mayCall(readPolicy({ mayCall: 'signed_in' }), caller))).toBe(true)
})

test('the first rule that fits the caller counts, and a person cannot escape theirs by a key', () => {
  const policy = readPolicy({
    rules: [
      { who: ['key:key_1'], tools: { allow: ['read_*'], deny: ['read_secret*'] } },
      { who: ['role:viewer'], tools: { allow: [] } },
      { who: ['everyone'], tools: { deny: ['delete_*'] } },
    ],
  })
  const may = (caller: Caller, tool: string) => mayUse(usesFor(policy, caller, null), 'tools', tool)
  expect(may(teamKey, 'read_file')).toBe(true)
  expect(may(teamKey, 'read_secrets')).toBe(false)
  expect(may(teamKey, 'write_file')).toBe(false)
  expect(may(viewer, 'read_file')).toBe(false)
  expect(may(viewersKey, 'read_file')).toBe(false)
  expect(may(owner, 'write_file')).toBe(true)
  expect(may(owner, 'delete_file')).toBe(false)
  expect(mayUse(usesFor(policy, viewer, null), 'prompts', 'anything')).toBe(true)
})

test('a key and its server must both allow', () => {
  const policy = readPolicy({ rules: [{ who: ['everyone'], tools: { deny: ['delete_*'] } }] })
  const uses = usesFor(policy, teamKey, readKeyUses({ tools: { allow: ['*_file'] } }))
  expect(
    ['read_file', 'delete_file', 'read_mail'].map((one) => mayUse(uses, 'tools', one)),
  ).toEqual([true, false, false])
})

test.each([
  [null],
  [[]],
  ['x'],
  [{ mayCall: 'all' }],
  [{ rules: [{ who: [] }] }],
  [{ rules: [{}] }],
  [{ more: 1 }],
])('a stored policy that cannot be read (%j) lets nobody in and nothing be used', (stored) => {
  const policy = readPolicy(stored)
  expect(all.some((caller) => mayCall(policy, caller))).toBe(false)
  expect(mayUse(usesFor(policy, owner, null), 'tools', 'echo')).toBe(false)
  expect(mayUse(usesFor(openPolicy, teamKey, readKeyUses(stored ?? 1)), 'tools', 'echo')).toBe(
    false,
  )
})

test.each(['DELETE_all', ' delete_all', 'Delete_All ', '\uFF44elete_all'])(
  'no other spelling gets around a denied name: %j',
  (name) => {
    const uses = usesFor(openPolicy, teamKey, readKeyUses({ tools: { deny: ['delete_*'] } }))
    expect(mayUse(uses, 'tools', name)).toBe(false)
  },
)

test.each([
  ['file:///public/a.txt', true],
  ['file:///public/../secret/a.txt', false],
  ['file:///public/%2e%2e/secret/a.txt', false],
  ['file:///public/%252e%252e%252fsecret', false],
  ['file:///public/..\\secret', false],
  ['file:///public/.\t./secret/a.txt', false],
  ['file:///public/%2e%2e/secret/a.txt?%', false],
  ['FILE:///public/a.txt', false],
  ['file:///secret/a.txt', false],
])('a URI is held to where it leads: %s', (uri, expected) => {
  const uses = usesFor(
    openPolicy,
    teamKey,
    readKeyUses({ resources: { allow: ['file:///public/*'] } }),
  )
  expect(mayUse(uses, 'resources', uri)).toBe(expected)
})

test.each([
  'file:///sec\tret',
  'file:///sec\nret',
  '\u0001file:///secret',
  'file:\\\\\\secret',
  'file:///s%65cret?%',
  'file:///s%65cret#%ff',
  'file:///secre%74%ff',
])('no spelling of a URI gets around a denied one: %j', (uri) => {
  const uses = usesFor(
    openPolicy,
    teamKey,
    readKeyUses({ resources: { deny: ['file:///secret*'] } }),
  )
  expect(mayUse(uses, 'resources', uri)).toBe(false)
  expect(mayUse(uses, 'resources', 'file:///public')).toBe(true)
})

test('a denied URI is denied with its usual port too', () => {
  const uses = usesFor(
    openPolicy,
    teamKey,
    readKeyUses({ resources: { deny: ['http://host/private'] } }),
  )
  expect(mayUse(uses, 'resources', 'http://host:80/private')).toBe(false)
})

test('who a rule is for is a role, a member, a key or everyone', () => {
  const isGood = (who: string) => policySchema.safeParse({ rules: [{ who: [who] }] }).success
  expect(['everyone', 'role:viewer', 'member:usr_1', 'key:key_1'].every(isGood)).toBe(true)
  expect(['nobody', 'role:king', 'member:', 'key:a b', ''].some(isGood)).toBe(false)
})
