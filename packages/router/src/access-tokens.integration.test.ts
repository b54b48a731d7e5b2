import { createDb } from '@moorage/db/client'
import { testDatabaseUrl } from '@moorage/testing/services'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, expect, test, vi } from 'vitest'
import { createAccessTokens } from './access-tokens.ts'

const issuer = 'https://moorage.test'
const db = createDb(await testDatabaseUrl(), { maxConnections: 2 })
afterAll(() => db.$disconnect())

/** What the dashboard signs with; `id` names it. */
async function addKey(id: string): Promise<(sub: string) => Promise<string>> {
  const pair = await generateKeyPair('EdDSA', { extractable: true })
  const publicKey = JSON.stringify(await exportJWK(pair.publicKey))
  await db.jwks.create({ data: { id, publicKey, privateKey: '', createdAt: new Date() } })
  return (sub) =>
    new SignJWT({ scope: 'mcp:connect', client_id: 'client' })
      .setProtectedHeader({ alg: 'EdDSA', kid: id, typ: 'at+jwt' })
      .setIssuer(issuer)
      .setSubject(sub)
      .setAudience('https://moorage.test/a/mcp')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(pair.privateKey)
}

test('tokens that come at once, the first ones after a start, are all good', async () => {
  const sign = await addKey('key-at-once')
  const tokens = createAccessTokens({ db, issuer })
  const all = await Promise.all(['a', 'b', 'c'].map(async (sub) => tokens.verify(await sign(sub))))
  expect(all.map(({ userId }) => userId)).toEqual(['a', 'b', 'c'])
})

test('a key that was taken back is good for a minute at most', async () => {
  const sign = await addKey('key-taken-back')
  const tokens = createAccessTokens({ db, issuer })
  const token = await sign('a')
  await tokens.verify(token)
  await db.jwks.delete({ where: { id: 'key-taken-back' } })
  vi.useFakeTimers({ toFake: ['performance', 'Date'], now: Date.now() })
  vi.advanceTimersByTime(300_000)
  expect(tokens.known(token)).toBeUndefined()
  await tokens.verify(token).catch(() => {})
  vi.useRealTimers()
  await vi.waitFor(() =>
    expect(tokens.verify(token)).rejects.toMatchObject({ code: 'unauthenticated' }),
  )
})

test('while Postgres is away a token whose key is not known is not called bad', async () => {
  const sign = await addKey('key-away')
  const away = createDb('postgresql://nobody@127.0.0.1:1/none', { maxConnections: 1 })
  const tokens = createAccessTokens({ db: away, issuer })
  await expect(tokens.verify(await sign('a'))).rejects.toMatchObject({ code: 'unavailable' })
  await away.$disconnect()
})
