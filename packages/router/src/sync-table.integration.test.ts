import { newId } from '@moorage/domain/id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { syncTable, type TableSync } from './sync-table.ts'
import { createTable, type Table } from './table.ts'
import { startPlatform, type TestPlatform, until } from './testing/platform.ts'

// Nothing here is told by event: each change has to be found by looking.
let platform: TestPlatform
let table: Table
let sync: TableSync
let teamId: string
const deaf = {
  publish: async () => {},
  subscribe: async () => async () => {},
  close: async () => {},
}

beforeAll(async () => {
  platform = await startPlatform()
  teamId = await platform.addTeam()
  table = createTable()
  sync = syncTable({
    db: platform.db,
    encryptionKey: Buffer.alloc(32),
    events: deaf,
    table,
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    onApplied: () => {},
    resyncMs: 50,
  })
  await sync.start()
})

afterAll(async () => {
  await sync.stop()
  await platform.close()
})

test('a server is found when it is made, deployed, changed and deleted', async () => {
  const server = await platform.addServer(teamId)
  await until(() => table.server(server.id) !== undefined)
  const { version, instanceIds } = await platform.deploy(server, 4_000)
  await until(() => table.server(server.id)?.instances.length === 1)
  expect(sync.appliedVersion()).toBe(version)
  await platform.removeInstances(instanceIds)
  await until(() => table.server(server.id)?.instances.length === 0)
  await platform.db.server.update({ where: { id: server.id }, data: { access: 'public' } })
  await until(() => table.server(server.id)?.access === 'public')
  const domain = { id: newId('dom'), serverId: server.id, hostname: 'a.test', token: 'x' }
  await platform.db.domain.create({ data: { ...domain, verifiedAt: new Date() } })
  await until(() => table.serverByHostname('a.test')?.id === server.id)
  await platform.db.domain.delete({ where: { id: domain.id } })
  await until(() => table.serverByHostname('a.test') === undefined)
  await platform.db.server.delete({ where: { id: server.id } })
  await until(() => table.server(server.id) === undefined)
})

test('a key is found when it is made, limited, revoked and deleted, and when its person changes', async () => {
  const user = { id: newId('usr'), name: 'Ann', email: 'ann@test.test', updatedAt: new Date() }
  await platform.db.user.create({ data: user })
  const member = { teamId, userId: user.id }
  await platform.db.member.create({ data: { ...member, role: 'viewer' } })
  const [key, other] = [
    await platform.addKey(teamId, { createdById: user.id }),
    await platform.addKey(teamId),
  ]
  const known = () => table.keyByToken(key.key)
  await until(() => known()?.user?.role === 'viewer')
  await platform.db.apiKey.update({
    where: { id: key.id },
    data: { limits: { callsPerMinute: 3 } },
  })
  await until(() => known()?.limits.callsPerMinute === 3)
  await platform.db.member.update({ where: { teamId_userId: member }, data: { role: 'admin' } })
  await until(() => known()?.user?.role === 'admin')
  await platform.db.member.delete({ where: { teamId_userId: member } })
  await until(() => known()?.user === null)
  await platform.db.apiKey.update({ where: { id: key.id }, data: { revokedAt: new Date() } })
  await until(() => known() === undefined)
  await until(() => table.keyByToken(other.key) !== undefined)
  await platform.db.apiKey.delete({ where: { id: other.id } })
  await until(() => table.keyByToken(other.key) === undefined)
})

test('a change is found whose transaction was begun before others that are known, and ended after', async () => {
  const [slow, quick] = [await platform.addServer(teamId), await platform.addServer(teamId)]
  await until(() => table.server(quick.id) !== undefined && table.server(slow.id) !== undefined)
  await platform.db.$transaction(async (tx) => {
    await tx.server.update({ where: { id: slow.id }, data: { access: 'public' } })
    await platform.db.server.update({ where: { id: quick.id }, data: { access: 'public' } })
    await until(() => table.server(quick.id)?.access === 'public')
    expect(table.server(slow.id)?.access).toBe('private')
  })
  await until(() => table.server(slow.id)?.access === 'public')
})

test('a person is found when they come, change, get another role or leave, and when their team is renamed', async () => {
  const user = { id: newId('usr'), name: 'Bo', email: 'bo@test.test', updatedAt: new Date() }
  const membership = () => table.person(user.id)?.memberships.get(teamId)
  await platform.db.user.create({ data: user })
  await until(() => table.person(user.id) !== undefined)
  const member = { teamId, userId: user.id }
  await platform.db.member.create({ data: { ...member, role: 'viewer' } })
  await until(() => membership()?.role === 'viewer')
  await platform.db.member.update({ where: { teamId_userId: member }, data: { role: 'admin' } })
  await until(() => membership()?.role === 'admin')
  await platform.db.user.update({ where: { id: user.id }, data: { name: 'Bob' } })
  await until(() => table.person(user.id)?.name === 'Bob')
  await platform.db.team.update({ where: { id: teamId }, data: { slug: `renamed-${user.id}` } })
  await until(() => membership()?.teamSlug === `renamed-${user.id}`)
  await platform.db.member.delete({ where: { teamId_userId: member } })
  await until(() => membership() === undefined)
  await platform.db.user.delete({ where: { id: user.id } })
  await until(() => table.person(user.id) === undefined)
})

test('a deleted team takes its servers, keys and rights along, and brings them back when it is restored', async () => {
  const id = await platform.addTeam()
  const server = await platform.addServer(id)
  const { key } = await platform.addKey(id)
  const user = { id: newId('usr'), name: 'Cy', email: 'cy@test.test', updatedAt: new Date() }
  await platform.db.user.create({ data: user })
  await platform.db.member.create({ data: { teamId: id, userId: user.id, role: 'owner' } })
  const known = () => [
    table.server(server.id) !== undefined,
    table.keyByToken(key) !== undefined,
    table.person(user.id)?.memberships.has(id) === true,
  ]
  await until(() => known().every((it) => it))
  await platform.db.team.update({ where: { id }, data: { deletedAt: new Date() } })
  await until(() => known().every((it) => !it))
  await platform.db.team.update({ where: { id }, data: { deletedAt: null } })
  await until(() => known().every((it) => it))
})
