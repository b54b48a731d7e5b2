import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createDb, type Db } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { testDatabaseUrl } from '@moorage/testing/services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuth, principalBySession } from './auth.ts'
import { CookieJar } from './testing/cookie-jar.ts'

const baseUrl = 'http://localhost:4400'
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const credentialID = randomBytes(16).toString('base64url')
/** Of authenticator data (Web Authentication, 6.1): somebody was there, and was verified. */
const [present, verified] = [0x01, 0x04]
let db: Db
let auth: ReturnType<typeof createAuth>
let userId: string

beforeAll(async () => {
  db = createDb(await testDatabaseUrl())
  auth = createAuth({ db, baseUrl, secret: 'x'.repeat(40), trustedOrigins: [baseUrl] })
  userId = newId('usr')
  await db.user.create({ data: { id: userId, name: 'Ada', email: 'ada@example.com' } })
  await db.passkey.create({
    data: {
      ...{ id: 'passkey', userId, credentialID, publicKey: coseKey() },
      ...{ counter: 0, deviceType: 'singleDevice', backedUp: false },
    },
  })
})
afterAll(() => db.$disconnect())

/** ES256 as COSE has it (RFC 9053, 7.1). */
function coseKey(): string {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const head = Buffer.from('a5010203262001215820', 'hex')
  const parts = [head, Buffer.from(x, 'base64url'), Buffer.from('225820', 'hex')]
  return Buffer.concat([...parts, Buffer.from(y, 'base64url')]).toString('base64')
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()

async function send(path: string, jar: CookieJar, body?: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', origin: baseUrl, cookie: jar.header }
  const init = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers }
  const answer = await auth.handler(new Request(`${baseUrl}/api/auth${path}`, init))
  jar.keep(answer)
  return answer
}

async function signIn(flags: number) {
  const jar = new CookieJar()
  const asked = await (await send('/passkey/generate-authenticate-options', jar)).json()
  const clientData = { type: 'webauthn.get', challenge: asked.challenge, origin: baseUrl }
  const clientDataJSON = Buffer.from(JSON.stringify(clientData))
  const authenticatorData = Buffer.concat([sha256('localhost'), Buffer.of(flags, 0, 0, 0, 0)])
  const signed = Buffer.concat([authenticatorData, sha256(clientDataJSON)])
  const response = {
    authenticatorData: authenticatorData.toString('base64url'),
    clientDataJSON: clientDataJSON.toString('base64url'),
    signature: sign('sha256', signed, privateKey).toString('base64url'),
  }
  const credential = { id: credentialID, rawId: credentialID, type: 'public-key', response }
  const answer = await send('/passkey/verify-authentication', jar, {
    response: { ...credential, clientExtensionResults: {} },
  })
  const principal = await principalBySession({ db, auth }, new Headers({ cookie: jar.header }))
  return { answer: await answer.json(), principal }
}

test('a passkey signs in, whether it verifies who uses it or not', async () => {
  expect((await signIn(present)).principal).toMatchObject({ id: userId })
  expect((await signIn(present | verified)).principal).toMatchObject({ id: userId })
})

test('of an account with a second factor, one that does not verify is asked for it', async () => {
  await db.user.update({ where: { id: userId }, data: { twoFactorEnabled: true } })
  const bare = await signIn(present)
  expect(bare.principal).toBeNull()
  expect(bare.answer).toMatchObject({ twoFactorRedirect: true })
  expect((await signIn(present | verified)).principal).toMatchObject({ id: userId })
})
