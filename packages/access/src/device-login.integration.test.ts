import { createEvents, type Events } from '@moorage/bus/events'
import { createDb, type Db } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import type { Role } from '@moorage/domain/permission'
import { testDatabaseUrl } from '@moorage/testing/services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { principalByKey } from './api-key.ts'
import { createAuth } from './auth.ts'
import { answerDeviceLogin, findDeviceLogin } from './device-login.ts'
import { handleAuth, type OauthDeps } from './oauth/handle.ts'

const dashboardUrl = 'http://localhost:4400'
let db: Db
let events: Events
let deps: OauthDeps
let teamId: string

beforeAll(async () => {
  const databaseUrl = await testDatabaseUrl()
  db = createDb(databaseUrl)
  events = await createEvents({ databaseUrl })
  const auth = createAuth({ db, secret: 'x'.repeat(40), baseUrl: dashboardUrl })
  deps = { db, events, auth, dashboardUrl, routerUrl: 'http://localhost:4410' }
  teamId = newId('team')
  await db.team.create({ data: { id: teamId, slug: 'harbour', name: 'Harbour' } })
})

afterAll(async () => {
  await events.close()
  await db.$disconnect()
})

async function addMember(role: Role): Promise<string> {
  const id = newId('usr')
  await db.user.create({ data: { id, name: 'Ada', email: `${id}@example.com` } })
  await db.member.create({ data: { teamId, userId: id, role } })
  return id
}

function post(path: string, form: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams({ client_id: 'moorage-cli', ...form })
  const headers = { 'x-forwarded-for': '192.0.2.7' }
  return handleAuth(
    deps,
    new Request(`${dashboardUrl}/api/auth/device/${path}`, { method: 'POST', headers, body }),
  )
}

async function start(): Promise<{ device_code: string; user_code: string }> {
  await db.deviceLogin.deleteMany()
  const answer = await post('code', { device_name: 'CLI of ada@laptop' })
  expect(answer.status).toBe(200)
  return answer.json()
}

/** As if it had waited since it last asked. */
async function ask(device_code: string) {
  await db.deviceLogin.updateMany({ data: { polledAt: null } })
  return askAtOnce(device_code)
}

async function askAtOnce(device_code: string) {
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  const answer = await post('token', { grant_type, device_code })
  return { status: answer.status, ...(await answer.json()) }
}

test('it is told what to show and how often to ask, and waits until somebody answers', async () => {
  const answer = await (await post('code', { device_name: 'laptop' })).json()
  expect(answer).toMatchObject({ expires_in: 600, interval: 5 })
  expect(answer.user_code).toMatch(/^[B-Z]{4}-[B-Z]{4}$/)
  expect(answer.verification_uri_complete).toBe(`${dashboardUrl}/device?code=${answer.user_code}`)
  const pending = { status: 400, error: 'authorization_pending' }
  expect(await ask(answer.device_code)).toMatchObject(pending)
  expect(await askAtOnce(answer.device_code)).toMatchObject({ error: 'slow_down' })
})

test.each([
  ['owner', ['admin']],
  ['developer', ['call', 'read', 'deploy']],
] as const)('let in by a %s it gets a key of theirs, once', async (role, scopes) => {
  const userId = await addMember(role)
  const { device_code, user_code } = await start()
  const asking = await findDeviceLogin(deps, user_code.toLowerCase().replace('-', ' '))
  expect(asking).toMatchObject({ name: 'CLI of ada@laptop', address: '192.0.2.7' })
  await answerDeviceLogin(deps, user_code, { userId, teamId })
  const both = await Promise.all([ask(device_code), ask(device_code)])
  const got = both.filter(({ status }) => status === 200)
  expect(got).toHaveLength(1)
  expect(await principalByKey(deps, got[0]?.access_token)).toMatchObject({
    name: 'CLI of ada@laptop',
    ...{ teamId, scopes, owner: { kind: 'user', id: userId, role } },
  })
  expect(await ask(device_code)).toMatchObject({ status: 400, error: 'expired_token' })
})

test('denied, it gets nothing; and nobody can answer twice', async () => {
  const userId = await addMember('owner')
  const { device_code, user_code } = await start()
  await answerDeviceLogin(deps, user_code, { userId, teamId: null })
  const again = answerDeviceLogin(deps, user_code, { userId, teamId })
  await expect(again).rejects.toMatchObject({ code: 'not_found' })
  expect(await ask(device_code)).toMatchObject({ status: 400, error: 'access_denied' })
})

test('what is too old can be neither answered nor redeemed', async () => {
  const userId = await addMember('owner')
  const { device_code, user_code } = await start()
  await answerDeviceLogin(deps, user_code, { userId, teamId })
  await db.deviceLogin.updateMany({ data: { expiresAt: new Date() } })
  expect(await ask(device_code)).toMatchObject({ status: 400, error: 'expired_token' })
  const other = await start()
  await db.deviceLogin.updateMany({ data: { expiresAt: new Date() } })
  await expect(findDeviceLogin(deps, other.user_code)).rejects.toMatchObject({ code: 'not_found' })
})

test('who may make no keys lets nothing in, even where they could when they answered', async () => {
  const userId = await addMember('developer')
  const { device_code, user_code } = await start()
  await answerDeviceLogin(deps, user_code, { userId, teamId })
  await db.member.updateMany({ where: { userId }, data: { role: 'viewer' } })
  expect(await ask(device_code)).toMatchObject({ status: 400, error: 'access_denied' })
})

test('one address cannot have more than a few waiting, nor another client ask at all', async () => {
  await db.deviceLogin.deleteMany()
  const answers = []
  for (let n = 0; n < 21; n += 1) answers.push(await post('code', { device_name: 'x' }))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
  expect(answers.at(-1)?.status).toBe(429)
  expect((await post('code', { client_id: 'other', device_name: 'x' })).status).toBe(400)
})
