import { randomBytes } from 'node:crypto'
import { createDb } from '@moorage/db/client'
import { testDatabaseUrl } from '@moorage/testing/services'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { KnownPrincipal } from './authenticate.ts'
import { createIdentity } from './identity.ts'
import { createIdentityKeys, type IdentityKeys } from './identity-keys.ts'
import type { KeyEntry, ServerEntry } from './table.ts'

let db: ReturnType<typeof createDb>
let now: number
const encryptionKey = randomBytes(32)
const day = 86_400_000

beforeAll(async () => {
  db = createDb(await testDatabaseUrl())
})
afterAll(() => db.$disconnect())
beforeEach(async () => {
  now = Date.now()
  await db.setting.deleteMany()
})

async function startKeys(): Promise<IdentityKeys> {
  const keys = createIdentityKeys({ db, encryptionKey, now: () => now })
  await keys.refresh()
  return keys
}

/** A token as a server behind gets it. */
async function sign(keys: IdentityKeys): Promise<string> {
  const key = { id: 'key_1', teamSlug: 'team', user: null } as KeyEntry
  const principal: KnownPrincipal = { kind: 'key', id: 'key_1', name: 'test', key }
  const headers = await createIdentity({ keys, issuer: 'test' }).sign(principal, {
    ...{ id: 'srv_1', slug: 'one' },
  } as ServerEntry)
  return headers.at(-1) ?? ''
}

const verify = async (token: string, at: IdentityKeys) =>
  (await jwtVerify(token, createLocalJWKSet(at.published()))).protectedHeader.kid

test('routers that start at once agree on one key', async () => {
  const [a, b, c] = await Promise.all([startKeys(), startKeys(), startKeys()])
  expect(new Set([a, b, c].map((keys) => keys.signer().kid)).size).toBe(1)
})

test('after a rotation each token verifies at every router, old and new, until the old ones have expired', async () => {
  const [a, b] = [await startKeys(), await startKeys()]
  const first = a.signer().kid
  await a.rotate()
  // The other router has not heard of it yet, so nobody may sign with it yet.
  expect(a.signer().kid).toBe(first)
  expect(a.published().keys).toHaveLength(2)
  const old = await sign(a)
  await b.refresh()
  now += 60_000
  const second = a.signer().kid
  expect(second).not.toBe(first)
  expect(b.signer().kid).toBe(second)
  const fresh = await sign(b)
  for (const router of [a, b]) {
    expect(await verify(old, router)).toBe(first)
    expect(await verify(fresh, router)).toBe(second)
  }
  now += 10 * 60_000
  expect(b.published().keys).toHaveLength(1)
  await expect(verify(old, b)).rejects.toThrow()
})

test('a key of 30 days gets one successor, however many routers look', async () => {
  const routers = [await startKeys(), await startKeys(), await startKeys()]
  now += 29 * day
  await Promise.all(routers.map((keys) => keys.refresh()))
  expect(routers[0]?.published().keys).toHaveLength(1)
  now += 2 * day
  await Promise.all(routers.map((keys) => keys.refresh()))
  await Promise.all(routers.map((keys) => keys.refresh()))
  for (const keys of routers) expect(keys.published().keys).toHaveLength(2)
})

test('no private key is published, nor stored in the clear', async () => {
  const keys = await startKeys()
  for (const jwk of keys.published().keys) expect(jwk).not.toHaveProperty('d')
  expect(JSON.stringify(await db.setting.findMany())).not.toContain('"d"')
})
