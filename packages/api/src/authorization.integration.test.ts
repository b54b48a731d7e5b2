import type { Principal } from '@moorage/access/principal'
import { errorTable, toAppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import {
  type Action,
  type Role,
  roleMay,
  roles,
  type Scope,
  scopes,
  scopesMay,
} from '@moorage/domain/permission'
import { TRPCError } from '@trpc/server'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { appRouter, createCaller } from './app-router.ts'
import { startContext, type TestContext } from './testing/start-context.ts'

/** Every procedure with what it asks for; a test below finds one that is missing here. */
type Path = string

const deploymentId = newId('dep')
const keyId = newId('key')
const inspectionId = newId('insp')
const grantId = newId('grant')
const userId = newId('usr')
const invitationId = newId('inv')
const serviceAccountId = newId('sa')
const slug = 'target'
const team = 'one'
const cases: Record<Path, { action: Action | 'anyone'; input: unknown }> = {
  'me.get': { action: 'anyone', input: undefined },
  'setup.complete': {
    action: 'anyone',
    input: { token: 'x', name: 'x', email: 'x@example.com', password: '0123456789', teamName: 'x' },
  },
  'servers.list': { action: 'anyone', input: undefined },
  'servers.watchAll': { action: 'anyone', input: undefined },
  'servers.watch': { action: 'server.read', input: { slug } },
  'servers.get': { action: 'server.read', input: { slug } },
  'servers.create': { action: 'server.create', input: { slug: 'BAD SLUG', team: 'one' } },
  'servers.update': { action: 'server.update', input: { slug, branch: 'bad branch' } },
  'servers.callers': { action: 'server.update', input: { slug } },
  'servers.remove': { action: 'server.delete', input: { slug, confirm: 'no' } },
  'inspections.create': {
    action: 'server.create',
    input: { team: 'one', repoUrl: 'file:///etc' },
  },
  'inspections.get': { action: 'server.create', input: { team: 'one', id: inspectionId } },
  'inspections.watch': { action: 'server.create', input: { team: 'one', id: inspectionId } },
  'plans.preview': { action: 'server.create', input: { team: 'one', settings: {} } },
  'plans.readDocument': {
    action: 'server.create',
    input: { team: 'one', url: 'https://127.0.0.1/openapi.json' },
  },
  'deployments.list': { action: 'server.read', input: { slug } },
  'deployments.get': { action: 'server.read', input: { id: deploymentId } },
  'deployments.create': { action: 'deployment.create', input: { slug } },
  'deployments.cancel': { action: 'deployment.cancel', input: { id: deploymentId } },
  'deployments.approve': { action: 'deployment.create', input: { id: deploymentId } },
  'deployments.pin': { action: 'deployment.create', input: { id: deploymentId, pinned: false } },
  'deployments.rollback': { action: 'deployment.create', input: { slug } },
  'deployments.watch': { action: 'server.read', input: { id: deploymentId } },
  'webhooks.get': { action: 'server.read', input: { slug } },
  'webhooks.payload': { action: 'server.update', input: { slug, id: 'none' } },
  'webhooks.rotateSecret': { action: 'server.update', input: { slug } },
  'webhooks.redeliver': { action: 'deployment.create', input: { slug, id: 'none' } },
  'github.get': { action: 'team.read', input: { team } },
  'github.forgetApp': { action: 'anyone', input: undefined },
  'github.startConnecting': { action: 'team.update', input: { team } },
  'github.found': { action: 'team.update', input: { team, visit: 'none' } },
  'github.connect': { action: 'team.update', input: { team, visit: 'none', installationId: 1 } },
  'github.disconnect': { action: 'team.update', input: { team, id: 'none' } },
  'github.repositories': { action: 'server.create', input: { team } },
  'previews.list': { action: 'server.read', input: { slug } },
  'previews.watch': { action: 'server.read', input: { slug } },
  'previews.remove': { action: 'deployment.create', input: { slug, name: 'none' } },
  'previews.approve': {
    action: 'deployment.create',
    input: { slug, name: 'none', commitSha: 'a'.repeat(40) },
  },
  'previews.promote': { action: 'deployment.create', input: { slug, name: 'none' } },
  'logs.query': { action: 'log.read', input: { slug } },
  'logs.follow': { action: 'log.read', input: { slug } },
  'logs.requests': { action: 'log.read', input: { slug } },
  'logs.lostRequests': { action: 'log.read', input: { slug } },
  'logs.followRequests': { action: 'log.read', input: { slug } },
  'logs.request': { action: 'log.read', input: { slug, id: '1' } },
  'domains.list': { action: 'server.read', input: { slug } },
  'domains.add': { action: 'server.update', input: { slug, hostname: 'localhost' } },
  'domains.verify': { action: 'server.update', input: { slug, hostname: 'no name' } },
  'domains.remove': { action: 'server.update', input: { slug, hostname: 'no name' } },
  'env.list': { action: 'env.read', input: { slug } },
  'env.set': { action: 'env.write', input: { slug, key: 'A-B', value: '' } },
  'env.unset': { action: 'env.write', input: { slug, key: 'NONE' } },
  'buildSecrets.list': { action: 'env.read', input: { slug } },
  'buildSecrets.set': { action: 'env.write', input: { slug, name: 'a-b', value: '' } },
  'buildSecrets.unset': { action: 'env.write', input: { slug, name: 'NONE' } },
  'volumes.get': { action: 'server.read', input: { slug } },
  'volumes.set': { action: 'server.update', input: { slug, path: '/etc' } },
  'volumes.detach': { action: 'server.delete', input: { slug } },
  'mySecrets.list': { action: 'server.call', input: { slug } },
  'mySecrets.set': { action: 'server.call', input: { slug, name: 'none', value: 'x' } },
  'mySecrets.remove': { action: 'server.call', input: { slug, name: 'none' } },
  'volumes.backup': { action: 'server.update', input: { slug } },
  'volumes.restore': { action: 'server.update', input: { slug, id: 'none' } },
  'volumes.removeBackup': { action: 'server.delete', input: { slug, id: 'none' } },
  'volumes.kept': { action: 'server.read', input: { team } },
  'volumes.attach': { action: 'server.update', input: { slug, id: 'none' } },
  'volumes.destroy': { action: 'server.delete', input: { team, id: 'none' } },
  'oauth.question': {
    action: 'server.call',
    input: { clientId: 'client', resource: `http://router/${slug}/mcp` },
  },
  'oauth.mine': { action: 'anyone', input: undefined },
  'oauth.revokeMine': { action: 'anyone', input: { id: grantId } },
  'oauth.list': { action: 'grant.read', input: { team: 'one' } },
  'oauth.revoke': { action: 'grant.revoke', input: { id: grantId } },
  'oauth.steps': { action: 'log.read', input: { slug } },
  'notifications.list': { action: 'team.update', input: { team: 'one' } },
  'notifications.add': {
    action: 'team.update',
    input: { team: 'one', kind: 'email', name: 'x', address: 'none', events: ['live'] },
  },
  'notifications.test': { action: 'team.update', input: { team: 'one', id: 'none' } },
  'notifications.remove': { action: 'team.update', input: { team: 'one', id: 'none' } },
  'keys.list': { action: 'key.read', input: { slug } },
  'keys.create': { action: 'key.write', input: { slug, name: 'x' } },
  'deviceLogins.get': { action: 'anyone', input: { code: 'none' } },
  'deviceLogins.allow': { action: 'anyone', input: { code: 'none', team } },
  'deviceLogins.deny': { action: 'anyone', input: { code: 'none' } },
  'teams.list': { action: 'anyone', input: undefined },
  'teams.create': { action: 'anyone', input: { name: 'x', slug: 'BAD SLUG' } },
  'teams.update': { action: 'team.update', input: { team } },
  'teams.transfer': { action: 'team.transfer', input: { team, userId } },
  'teams.leave': { action: 'anyone', input: { team: 'none' } },
  'teams.remove': { action: 'team.delete', input: { team, confirm: 'no' } },
  'teams.restore': { action: 'anyone', input: { team: 'none' } },
  'members.list': { action: 'member.read', input: { team } },
  'members.setRole': { action: 'member.change', input: { team, userId, role: 'viewer' } },
  'members.remove': { action: 'member.remove', input: { team, userId: 'usr_none' } },
  'invitations.list': { action: 'member.invite', input: { team } },
  'invitations.create': { action: 'member.invite', input: { team, email: 'new@example.com' } },
  'invitations.revoke': { action: 'member.invite', input: { team, id: invitationId } },
  'invitations.accept': { action: 'anyone', input: { token: 'none' } },
  'invitations.acceptAsNew': {
    action: 'anyone',
    input: { token: 'none', name: 'x', password: '0123456789' },
  },
  'invitations.preview': { action: 'anyone', input: { token: 'none' } },
  'serviceAccounts.list': { action: 'service-account.read', input: { team } },
  'serviceAccounts.create': { action: 'service-account.write', input: { team, name: 'ci' } },
  'serviceAccounts.setRole': {
    action: 'service-account.write',
    input: { team, id: serviceAccountId, role: 'viewer' },
  },
  'serviceAccounts.issueSecret': {
    action: 'service-account.write',
    input: { team, id: serviceAccountId },
  },
  'serviceAccounts.revokeSecret': {
    action: 'service-account.write',
    input: { team, id: serviceAccountId },
  },
  'serviceAccounts.remove': { action: 'service-account.write', input: { team, id: 'sa_none' } },
  'account.sessions': { action: 'anyone', input: undefined },
  'account.security': { action: 'anyone', input: undefined },
  'account.revokeSession': { action: 'anyone', input: { id: 'none' } },
  'audit.list': { action: 'audit.read', input: { team } },
  'keys.setLimits': { action: 'key.write', input: { id: keyId, limits: {} } },
  'keys.setUses': { action: 'key.write', input: { id: keyId, uses: null } },
  'keys.rotate': { action: 'key.write', input: { id: keyId } },
  'keys.revoke': { action: 'key.write', input: { id: keyId } },
}

let context: TestContext
let teamId: string
let serverId: string

beforeAll(async () => {
  context = await startContext()
  const { db } = context.deps
  teamId = newId('team')
  serverId = newId('srv')
  await db.team.create({ data: { id: teamId, slug: 'one', name: 'One' } })
  await db.team.create({ data: { id: newId('team'), slug: 'two', name: 'Two' } })
  await db.server.create({ data: { id: serverId, teamId, slug, name: slug } })
  await db.user.create({ data: { id: userId, name: 'M', email: 'm@example.com' } })
  await db.member.create({ data: { teamId, userId, role: 'viewer' } })
  await db.serviceAccount.create({
    data: { id: serviceAccountId, teamId, name: 'machine', role: 'viewer' },
  })
  await db.deployment.create({
    data: { id: deploymentId, serverId, trigger: 'push', status: 'retired' },
  })
  await db.inspection.create({
    data: { id: inspectionId, teamId, repoUrl: 'https://example.com/x.git', branch: 'main' },
  })
  await db.requestLog.create({
    data: {
      ...{ id: 1n, requestId: 'req_1', serverId, at: new Date(), httpMethod: 'POST', status: 200 },
      ...{ durationMs: 1, requestBytes: 0, responseBytes: 0 },
    },
  })
  await db.user.create({
    data: { id: 'usr_1', name: 'U', email: 'u@example.com', updatedAt: new Date() },
  })
  await db.oauthClient.create({ data: { id: 'client', clientId: 'client' } })
  await db.apiKey.create({
    data: { id: keyId, teamId, serverId, name: 'k', prefix: 'mrg_', hash: 'h', scopes: ['call'] },
  })
})

// One of its cases takes it back.
beforeEach(async () => {
  const grant = { userId: 'usr_1', clientId: 'client', serverId }
  await context.deps.db.oauthGrant.createMany({
    data: [{ id: grantId, ...grant }],
    skipDuplicates: true,
  })
})

afterAll(() => context.deps.close())

/** `through` is whatever comes after authorisation: an answer, or an error about the input itself. */
async function call(principal: Principal | null, path: Path, input: unknown): Promise<string> {
  const abort = new AbortController()
  const caller = createCaller({ ...context, principal }, { signal: abort.signal })
  const [router, procedure] = path.split('.') as [string, string]
  const run = (
    caller as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>
  )[router]?.[procedure]
  if (!run) throw new Error(`no procedure ${path}`)
  try {
    const answer = await run(input)
    if (answer && typeof answer === 'object' && Symbol.asyncIterator in answer) {
      setTimeout(() => abort.abort(), 50)
      for await (const _ of answer as AsyncIterable<unknown>) break
    }
    return 'through'
  } catch (error) {
    // A subscription throws its own errors while it is read, past tRPC's middleware.
    const code =
      error instanceof TRPCError ? error.code : errorTable[toAppError(error).code].trpcCode
    if (code === 'UNAUTHORIZED' || code === 'FORBIDDEN') return code
    const unseen =
      error instanceof Error && /no such (server|team), or you may not see/.test(error.message)
    return code === 'NOT_FOUND' && unseen ? 'NOT_FOUND' : 'through'
  }
}

const person = { kind: 'user', id: 'usr_1', name: 'U', email: 'u@example.com' } as const
const user = (role: Role, team: string): Principal => ({
  ...person,
  memberships: [{ teamId: team, teamSlug: 'x', role }],
})
const key = (scope: Scope, server: string | null): Principal & { kind: 'key' } => ({
  kind: 'key',
  id: 'key_1',
  name: 'K',
  teamId,
  teamSlug: 'one',
  serverId: server,
  scopes: [scope],
  owner: null,
})

test('every procedure is in the table', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(appRouter._def.procedures).sort())
})

const guarded = Object.entries(cases).filter(([, { action }]) => action !== 'anyone') as [
  Path,
  { action: Action; input: unknown },
][]

describe.each(guarded)('%s', (path, { action, input }) => {
  test('refuses nobody, and shows nothing to the owner of another team', async () => {
    expect(await call(null, path, input)).toBe('UNAUTHORIZED')
    expect(await call(user('owner', 'team_other'), path, input)).toBe('NOT_FOUND')
  })

  test('shows nothing to a member who was removed', async () => {
    expect(await call({ ...person, memberships: [] }, path, input)).toBe('NOT_FOUND')
  })

  test.each(roles)('lets a %s through exactly when the role may', async (role) => {
    const through = (await call(user(role, teamId), path, input)) === 'through'
    expect(through).toBe(roleMay(role, action))
  })

  test.each(scopes)('lets a key of scope %s through exactly when it may', async (scope) => {
    const through = (await call(key(scope, null), path, input)) === 'through'
    expect(through).toBe(scopesMay([scope], action))
  })

  test.each(roles)('lets an admin key of a %s through exactly when the role may', async (role) => {
    const owned: Principal = { ...key('admin', null), owner: { kind: 'user', id: 'usr_1', role } }
    const through = (await call(owned, path, input)) === 'through'
    expect(through).toBe(roleMay(role, action) && scopesMay(['admin'], action))
  })

  test('refuses a key for another server, whatever its scope', async () => {
    expect(await call(key('admin', 'srv_other'), path, input)).not.toBe('through')
  })
})

test('a list shows no server of another team', async () => {
  const caller = createCaller({ ...context, principal: user('owner', 'team_other') })
  expect(await caller.servers.list()).toEqual([])
  const own = createCaller({ ...context, principal: user('viewer', teamId) })
  expect((await own.servers.list()).map((row) => row.slug)).toEqual([slug])
})

test('the App at GitHub is for the admins of the first team alone, not for keys or other teams', async () => {
  const second = await context.deps.db.team.findUniqueOrThrow({ where: { slug: 'two' } })
  const forget = (principal: Principal | null) => call(principal, 'github.forgetApp', undefined)
  for (const one of [user('owner', second.id), user('developer', teamId), key('admin', null)])
    expect(await forget(one)).toBe('FORBIDDEN')
  expect(await forget(null)).toBe('UNAUTHORIZED')
  expect(await forget(user('admin', teamId))).toBe('through')
})

test('each person sets, sees and removes what they hand to a server themselves, and nobody sees a value', async () => {
  const { deps } = context
  const [stale, live] = [newId('dep'), newId('srv')]
  const asked = { name: 'token', header: 'X-Token', url: 'https://example.com/tokens' }
  await deps.db.server.create({ data: { id: live, teamId, slug: 'asks', name: 'asks' } })
  await deps.db.deployment.create({
    data: { id: stale, serverId: live, trigger: 'push', plan: { callerSecrets: [asked] } },
  })
  await deps.db.route.create({ data: { serverId: live, deploymentId: stale, version: 1n } })
  const as = (principal: Principal) => createCaller({ ...context, principal }).mySecrets
  const [one, other] = [
    as(user('caller', teamId)),
    as({ ...user('owner', teamId), id: userId } as Principal),
  ]
  await one.set({ slug: 'asks', name: 'token', value: 'a-value-of-one' })
  const seen = await one.list({ slug: 'asks' })
  expect(seen.secrets).toEqual([{ ...asked, updatedAt: expect.any(Date) }])
  expect(JSON.stringify(seen)).not.toContain('a-value-of-one')
  expect((await other.list({ slug: 'asks' })).secrets).toEqual([{ ...asked, updatedAt: null }])
  await expect(other.remove({ slug: 'asks', name: 'token' })).rejects.toThrow('not set')

  const [row] = await deps.db.callerSecret.findMany()
  expect(row).toMatchObject({ userId: 'usr_1', serverId: live, name: 'token' })
  expect(row?.value).toMatch(/^v1\./)
  const own = as({ ...key('call', null), owner: { kind: 'user', id: 'usr_1', role: 'caller' } })
  await own.set({ slug: 'asks', name: 'token', value: 'another' })
  expect(await deps.db.callerSecret.count()).toBe(1)

  const account = { kind: 'service-account', id: serviceAccountId, role: 'admin' } as const
  await expect(
    as({ ...key('call', null), owner: account }).set({ slug: 'asks', name: 'token', value: 'x' }),
  ).rejects.toThrow('no person')
  for (const [name, value] of [
    ['other', 'x'],
    ['token', 'two\nlines'],
    ['token', ''],
  ] as const)
    await expect(one.set({ slug: 'asks', name, value })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    })
  await one.remove({ slug: 'asks', name: 'token' })
  expect(await deps.db.callerSecret.count()).toBe(0)
  await deps.db.server.delete({ where: { id: live } })
})

test('who is not chosen to call a server has no secrets there, and who is signed in may have where that is enough', async () => {
  const { db } = context.deps
  const list = (principal: Principal) =>
    createCaller({ ...context, principal }).mySecrets.list({ slug })
  const setPolicy = (policy: object) =>
    db.server.update({ where: { id: serverId }, data: { policy } })
  await setPolicy({ mayCall: 'chosen', chosen: ['member:usr_other'] })
  await expect(list(user('owner', teamId))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await setPolicy({ mayCall: 'signed_in' })
  expect((await list(user('owner', 'team_other'))).secrets).toEqual([])
  await setPolicy({})
})

test('a developer cannot make a key that may more than a developer', async () => {
  const caller = createCaller({ ...context, principal: user('developer', teamId) })
  await expect(caller.keys.create({ slug, name: 'x', scopes: ['admin'] })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  })
})

test('the new secret of a key goes to whose it is, and of a machine to who may make its keys', async () => {
  const { db } = context.deps
  const made = { teamId, name: 'k', prefix: 'mrg_', scopes: ['call' as const] }
  const [mine, machines] = [newId('key'), newId('key')]
  await db.apiKey.create({ data: { ...made, id: mine, hash: 'mine', createdById: userId } })
  await db.apiKey.create({ data: { ...made, id: machines, hash: 'its', serviceAccountId } })
  const rotate = async (principal: Principal, id: string) =>
    createCaller({ ...context, principal }).keys.rotate({ id })
  const self: Principal = { ...user('developer', teamId), id: userId } as Principal
  const forbidden = { code: 'FORBIDDEN' }
  await expect(rotate(user('developer', teamId), mine)).rejects.toMatchObject(forbidden)
  await expect(rotate(user('owner', teamId), mine)).rejects.toMatchObject(forbidden)
  await expect(rotate(key('admin', null), mine)).rejects.toMatchObject(forbidden)
  await expect(rotate(user('developer', teamId), machines)).rejects.toMatchObject(forbidden)
  expect((await rotate(self, mine)).key).toMatch(/^mrg_/)
  expect((await rotate(user('admin', teamId), machines)).key).toMatch(/^mrg_/)
  const account = { kind: 'service-account', id: serviceAccountId, role: 'developer' } as const
  expect((await rotate({ ...key('admin', null), owner: account }, machines)).key).toMatch(/^mrg_/)
})
