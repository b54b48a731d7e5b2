import { revokeApiKey } from '@moorage/access/api-key'
import { issueClientSecret, removeClientSecret } from '@moorage/access/machine-client'
import { newId } from '@moorage/domain/id'
import { afterAll, expect, test } from 'vitest'
import { bearer } from './testing/client.ts'
import { startOauthPlatform } from './testing/oauth-platform.ts'
import { type TestServer, until } from './testing/platform.ts'

const { platform, upstream, teamId, server, url, addPerson, token, status, close } =
  await startOauthPlatform()
afterAll(close)

test.each([
  [
    'a member who is removed',
    (id: string) => platform.db.member.deleteMany({ where: { userId: id } }),
  ],
  [
    'a grant that is taken back',
    (id: string) => platform.db.oauthGrant.deleteMany({ where: { userId: id } }),
  ],
])('of %s any token is refused within a second, and open streams end', async (_what, remove) => {
  const id = await addPerson()
  const good = await token({ sub: id })
  const stream = await openStream(server, good)
  await remove(id)
  await platform.events.publish({ type: 'person', userId: id })
  await endsWithin(1_000, stream)
  expect(await status(good)).toBe(401)
})

test.each([
  ['a team that is deleted', 'token'],
  ['a key that is revoked', 'key'],
])('%s ends its open streams within a second', async (_what, by) => {
  const { db, events } = platform
  const elsewhere = await platform.addTeam()
  const theirs = await platform.addServer(elsewhere)
  await platform.deploy(theirs, upstream.port)
  const id = await addPerson()
  await db.member.create({ data: { teamId: elsewhere, userId: id, role: 'caller' } })
  const grant = { userId: id, clientId: 'client', serverId: theirs.id }
  await db.oauthGrant.create({ data: { id: newId('grant'), ...grant } })
  await events.publish({ type: 'person', userId: id })
  const { id: keyId, key } = await platform.addKey(elsewhere)
  const used = by === 'key' ? key : await token({ sub: id, aud: `${url}/${theirs.slug}/mcp` })
  const stream = await openStream(theirs, used)
  if (by === 'key') await revokeApiKey(platform, { teamId: elsewhere, keyId })
  else {
    await db.team.update({ where: { id: elsewhere }, data: { deletedAt: new Date() } })
    await events.publish({ type: 'server', serverId: theirs.id })
  }
  await endsWithin(1_000, stream)
  expect(await status(used, `${url}/${theirs.slug}/mcp`)).toBe(401)
})

/** A stream on which nothing more comes, once its first event has. */
async function openStream({ slug }: TestServer, used: string) {
  await until(async () => (await status(used, `${url}/${slug}/mcp`)) === 200)
  const answer = await fetch(`${url}/${slug}/stream`, { headers: bearer(used) })
  const reader = answer.body?.getReader()
  const first = await reader?.read()
  expect(new TextDecoder().decode(first?.value)).toContain('begun')
  return { rest: reader?.read().catch(() => ({ done: true })) }
}

async function endsWithin(ms: number, { rest }: Awaited<ReturnType<typeof openStream>>) {
  const startedMs = performance.now()
  expect(await rest).toMatchObject({ done: true })
  expect(performance.now() - startedMs).toBeLessThan(ms)
}

/** With a client secret, and a token that came of it. */
async function addMachine(of = teamId, role: 'caller' | 'developer' = 'developer') {
  const id = newId('sa')
  await platform.db.serviceAccount.create({ data: { id, teamId: of, name: id, role } })
  await issueClientSecret(platform, { id, name: 'CI' })
  return { id, good: await token({ sub: id, client_id: id }) }
}

test('the token of a service account passes, and the server is told which one calls', async () => {
  const { id, good } = await addMachine()
  expect(await status(good)).toBe(200)
  const headers = upstream.seen.at(-1)?.headers
  expect(headers).toMatchObject({ 'moorage-user': id, 'moorage-role': 'developer' })
  expect(headers?.['moorage-email']).toBeUndefined()
})

test('of a service account no token is good at a server of another team, or under another client', async () => {
  const { id: stranger } = await addMachine(await platform.addTeam())
  expect(await status(await token({ sub: stranger, client_id: stranger }))).toBe(401)
  const { id } = await addMachine()
  expect(await status(await token({ sub: id, client_id: 'client' }))).toBe(401)
})

test.each<[string, (id: string) => Promise<unknown>]>([
  ['a secret that is revoked', (id) => removeClientSecret(platform, id)],
  [
    'a secret that is replaced',
    async (id) => {
      // A token says when it was given out in whole seconds.
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      await issueClientSecret(platform, { id, name: 'CI' })
    },
  ],
  [
    'a service account that is removed',
    async (id) => {
      await platform.db.serviceAccount.delete({ where: { id } })
      await platform.events.publish({ type: 'person', userId: id })
    },
  ],
])('%s ends tokens and open streams within a second', async (_what, end) => {
  const { id, good } = await addMachine()
  const stream = await openStream(server, good)
  await end(id)
  await endsWithin(1_000, stream)
  expect(await status(good)).toBe(401)
})

test('a service account whose event was lost is found when its token first comes', async () => {
  const id = newId('sa')
  await platform.db.serviceAccount.create({ data: { id, teamId, name: id, role: 'caller' } })
  const client = { id, clientId: id, serviceAccountId: id, createdAt: new Date() }
  await platform.db.oauthClient.create({ data: client })
  expect(await status(await token({ sub: id, client_id: id }))).toBe(200)
})

test('a grant whose event was lost is found when its token first comes', async () => {
  const id = newId('usr')
  await platform.db.user.create({
    data: { id, name: 'Bo', email: `${id}@test.test`, updatedAt: new Date() },
  })
  await platform.db.member.create({ data: { teamId, userId: id, role: 'viewer' } })
  await platform.db.oauthGrant.create({
    data: { id: newId('grant'), userId: id, clientId: 'client', serverId: server.id },
  })
  expect(await status(await token({ sub: id }))).toBe(200)
})
