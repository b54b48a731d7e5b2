import { createEvents, type PlatformEvent } from '@moorage/bus/events'
import { createDb, type Db } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { testDatabaseUrl } from '@moorage/testing/services'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createApiKey, principalByKey, revokeApiKey } from './api-key.ts'
import { createAuth, principalBySession } from './auth.ts'
import { completeSetup, issueSetupToken, setupIsOpen } from './setup.ts'

let deps: { db: Db; events: Awaited<ReturnType<typeof createEvents>> }
let teamId: string
const heard: PlatformEvent[] = []

beforeAll(async () => {
  const databaseUrl = await testDatabaseUrl()
  deps = { db: createDb(databaseUrl), events: await createEvents({ databaseUrl }) }
  await deps.events.subscribe((event) => heard.push(event))
  teamId = newId('team')
  await deps.db.team.create({ data: { id: teamId, slug: 'one', name: 'One' } })
})
afterAll(async () => {
  await Promise.all([deps.events.close(), deps.db.$disconnect()])
})

const makeKey = (expiresAt: Date | null = null) =>
  createApiKey(deps, {
    teamId,
    serverId: null,
    name: 'test',
    scopes: ['call'],
    expiresAt,
    createdById: null,
  })

test('a key is known by itself, stored only as a hash, and notes its use', async () => {
  const { key, record } = await makeKey()
  expect(key).toMatch(/^mrg_[0-9A-Za-z]{40}$/)
  expect(JSON.stringify(record)).not.toContain(key)
  expect(await principalByKey(deps, key)).toMatchObject({ kind: 'key', teamId, scopes: ['call'] })
  const row = await deps.db.apiKey.findUniqueOrThrow({ where: { id: record.id } })
  expect(row.lastUsedAt).not.toBeNull()
})

test('a revoked, an expired and a changed key are nobody, and routers hear of the revocation', async () => {
  const { key, record } = await makeKey()
  await expect(
    revokeApiKey(deps, { teamId: 'team_other', keyId: record.id }),
  ).rejects.toMatchObject({
    code: 'not_found',
  })
  await revokeApiKey(deps, { teamId, keyId: record.id })
  expect(await principalByKey(deps, key)).toBeNull()
  await vi.waitFor(() =>
    expect(heard.filter((event) => event.type === 'key' && event.keyId === record.id)).toHaveLength(
      2,
    ),
  )
  expect(await principalByKey(deps, (await makeKey(new Date(Date.now() - 1))).key)).toBeNull()
  expect(await principalByKey(deps, `${(await makeKey()).key}x`)).toBeNull()
})

test('the set-up link works once, the newest only, and its person can sign in', async () => {
  const person = {
    name: 'Ada',
    email: 'Ada@example.com',
    password: 'correct horse',
    teamName: 'Works',
  }
  const old = await issueSetupToken(deps)
  const token = await issueSetupToken(deps)
  if (!old || !token) throw new Error('no token')
  await expect(completeSetup(deps, { ...person, token: old })).rejects.toMatchObject({
    code: 'forbidden',
  })
  expect(await setupIsOpen(deps)).toBe(true)
  const both = await Promise.allSettled([
    completeSetup(deps, { ...person, token }),
    completeSetup(deps, { ...person, token, email: 'eve@example.com' }),
  ])
  expect(both.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  expect(await setupIsOpen(deps)).toBe(false)
  expect(await issueSetupToken(deps)).toBeNull()

  const user = await deps.db.user.findFirstOrThrow()
  const baseUrl = 'http://127.0.0.1:4400'
  const auth = createAuth({ db: deps.db, secret: 'x'.repeat(40), baseUrl })
  const signIn = (email: string, password: string) =>
    auth.api.signInEmail({ body: { email, password }, asResponse: true })
  expect((await signIn(user.email, 'wrong password')).status).toBe(401)
  const response = await signIn(user.email, person.password)
  expect(response.status).toBe(200)
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const principal = await principalBySession({ db: deps.db, auth }, new Headers({ cookie }))
  expect(principal).toMatchObject({ kind: 'user', memberships: [{ teamId, role: 'owner' }] })
  expect(await principalBySession({ db: deps.db, auth }, new Headers())).toBeNull()
})

test('nobody signs up by themselves', async () => {
  const auth = createAuth({ db: deps.db, secret: 'x'.repeat(40), baseUrl: 'http://127.0.0.1:4400' })
  const body = { name: 'Eve', email: 'eve2@example.com', password: 'long enough pw' }
  const response = await auth.api.signUpEmail({ body, asResponse: true })
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(await deps.db.user.count({ where: { email: body.email } })).toBe(0)
})
