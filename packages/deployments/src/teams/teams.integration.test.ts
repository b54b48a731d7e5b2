import { createApiKey, principalByKey } from '@moorage/access/api-key'
import type { PlatformEvent } from '@moorage/bus/events'
import { newId } from '@moorage/domain/id'
import type { Role } from '@moorage/domain/permission'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startDeps, type TestDeps } from '../testing/start-deps.ts'
import { acceptInvitation, acceptWithNewAccount, findInvitation } from './accept-invitation.ts'
import { createTeam } from './create-team.ts'
import { deleteTeam, graceMs, removeDeletedTeams, restoreTeam } from './delete-team.ts'
import { invite, revokeInvitation } from './invite.ts'
import { changeRole, removeMember, transferOwnership } from './members.ts'
import { createServiceAccount, removeServiceAccount } from './service-accounts.ts'

let deps: TestDeps
const heard: PlatformEvent[] = []

beforeAll(async () => {
  deps = await startDeps()
  await deps.events.subscribe((event) => heard.push(event))
})
afterAll(() => deps.close())

let count = 0
async function person(name = `p${count++}`) {
  const id = newId('usr')
  const email = `${name}@example.com`
  await deps.db.user.create({ data: { id, name, email } })
  return { id, name, email }
}

async function team(owner: { id: string; name: string }) {
  return createTeam(deps, { slug: `team-${count++}`, name: 'A team' }, owner)
}

async function member(teamId: string, role: Role) {
  const one = await person()
  await deps.db.member.create({ data: { teamId, userId: one.id, role } })
  return one
}

const roleOf = async (teamId: string, userId: string) =>
  (await deps.db.member.findUnique({ where: { teamId_userId: { teamId, userId } } }))?.role

const keyOf = (teamId: string, owner: { createdById?: string; serviceAccountId?: string }) =>
  createApiKey(deps, {
    ...{ teamId, serverId: null, name: 'k', scopes: ['call'], expiresAt: null },
    createdById: owner.createdById ?? null,
    serviceAccountId: owner.serviceAccountId,
  })

test('the last owner can neither leave, nor be removed, nor step down', async () => {
  const owner = await person()
  const { id: teamId } = await team(owner)
  const about = { teamId, userId: owner.id, mayOwn: true }
  await expect(removeMember(deps, about, owner)).rejects.toMatchObject({ code: 'conflict' })
  await expect(changeRole(deps, { ...about, role: 'admin' }, owner)).rejects.toMatchObject({
    code: 'conflict',
  })
  expect(await roleOf(teamId, owner.id)).toBe('owner')
})

test('of two owners who leave at once, one stays', async () => {
  const one = await person()
  const { id: teamId } = await team(one)
  const two = await member(teamId, 'owner')
  const both = await Promise.allSettled(
    [one, two].map((it) => removeMember(deps, { teamId, userId: it.id, mayOwn: true }, it)),
  )
  expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await deps.db.member.count({ where: { teamId, role: 'owner' } })).toBe(1)
})

test('an admin makes no owner and unmakes none', async () => {
  const owner = await person()
  const { id: teamId } = await team(owner)
  const second = await member(teamId, 'owner')
  const admin = await member(teamId, 'admin')
  const asAdmin = { teamId, mayOwn: false }
  const refused = { code: 'forbidden' }
  await expect(
    changeRole(deps, { ...asAdmin, userId: admin.id, role: 'owner' }, admin),
  ).rejects.toMatchObject(refused)
  await expect(
    changeRole(deps, { ...asAdmin, userId: second.id, role: 'viewer' }, admin),
  ).rejects.toMatchObject(refused)
  await expect(removeMember(deps, { ...asAdmin, userId: second.id }, admin)).rejects.toMatchObject(
    refused,
  )
})

test('a transfer makes the other the owner and oneself an admin, both or neither', async () => {
  const owner = await person()
  const { id: teamId } = await team(owner)
  const next = await member(teamId, 'viewer')
  await transferOwnership(deps, { teamId, to: next.id }, owner)
  expect(await roleOf(teamId, next.id)).toBe('owner')
  expect(await roleOf(teamId, owner.id)).toBe('admin')
  const third = await member(teamId, 'viewer')
  await expect(transferOwnership(deps, { teamId, to: third.id }, owner)).rejects.toMatchObject({
    code: 'conflict',
  })
  expect(await roleOf(teamId, third.id)).toBe('viewer')
})

test('the keys, the invitations and what a member handed to its servers end when they go, and routers are told', async () => {
  const owner = await person()
  const { id: teamId } = await team(owner)
  const admin = await member(teamId, 'admin')
  const { key, record } = await keyOf(teamId, { createdById: admin.id })
  const { token } = await invite(
    deps,
    { teamId, email: 'back@example.com', role: 'admin', mailed: false },
    admin,
  )
  const serverId = newId('srv')
  await deps.db.server.create({
    data: { id: serverId, teamId, slug: `s${serverId.slice(4)}`, name: 'x' },
  })
  const secret = { id: newId('csec'), userId: admin.id, serverId, name: 'token', value: 'sealed' }
  await deps.db.callerSecret.create({ data: secret })
  expect(await principalByKey(deps, key)).toMatchObject({ owner: { id: admin.id, role: 'admin' } })
  heard.length = 0
  await removeMember(deps, { teamId, userId: admin.id, mayOwn: true }, owner)
  expect(await principalByKey(deps, key)).toBeNull()
  expect(await deps.db.callerSecret.count({ where: { serverId } })).toBe(0)
  expect(await findInvitation(deps, token)).toBeNull()
  await vi.waitFor(() =>
    expect(heard).toEqual(
      expect.arrayContaining([
        { type: 'person', userId: admin.id },
        { type: 'key', keyId: record.id },
      ]),
    ),
  )
})

test("a service account's keys have its role and end with it", async () => {
  const owner = await person()
  const { id: teamId } = await team(owner)
  const account = await createServiceAccount(deps, { teamId, name: 'ci', role: 'viewer' }, owner)
  const { key } = await keyOf(teamId, { serviceAccountId: account.id })
  expect(await principalByKey(deps, key)).toMatchObject({
    owner: { kind: 'service-account', id: account.id, role: 'viewer' },
  })
  const elsewhere = { teamId: newId('team'), id: account.id }
  await expect(removeServiceAccount(deps, elsewhere, owner)).rejects.toMatchObject({
    code: 'not_found',
  })
  await removeServiceAccount(deps, { teamId, id: account.id }, owner)
  expect(await principalByKey(deps, key)).toBeNull()
})

test('an invitation is for one address, once, even when two come at the same time', async () => {
  const owner = await person()
  const { id: teamId } = await team(owner)
  const [invited, other] = [await person('Invited'), await person()]
  const about = { teamId, email: invited.email, role: 'viewer', mailed: false } as const
  const { token, invitation } = await invite(deps, about, owner)
  expect(JSON.stringify(invitation)).not.toContain(token)
  await expect(acceptInvitation(deps, token, other)).rejects.toMatchObject({ code: 'forbidden' })
  const both = await Promise.allSettled([
    acceptInvitation(deps, token, invited),
    acceptInvitation(deps, token, invited),
  ])
  expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await roleOf(teamId, invited.id)).toBe('viewer')
})

test('a withdrawn, a replaced and an old invitation are good for nothing', async () => {
  const owner = await person()
  const { id: teamId } = await team(owner)
  const about = { teamId, email: 'new@example.com', role: 'viewer', mailed: false } as const
  const first = await invite(deps, about, owner)
  const second = await invite(deps, about, owner)
  expect(await findInvitation(deps, first.token)).toBeNull()
  await revokeInvitation(deps, { teamId, id: second.invitation.id }, owner)
  const third = await invite(deps, about, owner)
  await deps.db.invitation.update({
    where: { id: third.invitation.id },
    data: { expiresAt: new Date(Date.now() - 1) },
  })
  for (const { token } of [first, second, third])
    await expect(
      acceptWithNewAccount(deps, token, { name: 'N', password: 'long enough pw' }),
    ).rejects.toMatchObject({ code: 'not_found' })
  expect(await deps.db.user.count({ where: { email: about.email } })).toBe(0)
})

test('a new account counts as verified only where the link went by e-mail', async () => {
  const owner = await person()
  const { id: teamId } = await team(owner)
  for (const mailed of [true, false]) {
    const email = `mailed-${mailed}@example.com`
    const { token } = await invite(deps, { teamId, email, role: 'caller', mailed }, owner)
    await acceptWithNewAccount(deps, token, { name: 'N', password: 'long enough pw' })
    expect(await deps.db.user.findUnique({ where: { email } })).toMatchObject({
      emailVerified: mailed,
    })
  }
})

test('a deleted team gives no rights, its owner alone restores it, and after a week it is gone', async () => {
  const owner = await person()
  const { id: teamId, slug } = await team(owner)
  const admin = await member(teamId, 'admin')
  const { key } = await keyOf(teamId, {})
  const serverId = newId('srv')
  await deps.db.server.create({ data: { id: serverId, teamId, slug: `${slug}-srv`, name: 's' } })
  await deleteTeam(deps, teamId, owner)
  expect(await principalByKey(deps, key)).toBeNull()
  await expect(restoreTeam(deps, slug, admin)).rejects.toMatchObject({ code: 'not_found' })
  await restoreTeam(deps, slug, owner)
  expect(await principalByKey(deps, key)).not.toBeNull()

  await deleteTeam(deps, teamId, owner)
  expect(await removeDeletedTeams(deps, Date.now() + graceMs - 60_000)).toEqual([])
  expect(await removeDeletedTeams(deps, Date.now() + graceMs + 60_000)).toEqual([teamId])
  expect(await deps.db.server.count({ where: { id: serverId } })).toBe(0)
  expect(await deps.db.member.count({ where: { teamId } })).toBe(0)
})
