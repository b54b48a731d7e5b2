import { createDb, type Db } from '@moorage/db/client'
import { testDatabaseUrl } from '@moorage/testing/services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuth, principalBySession } from './auth.ts'
import { createPasswordAccount, hashPassword } from './password-account.ts'
import { CookieJar } from './testing/cookie-jar.ts'

const baseUrl = 'http://127.0.0.1:4400'
const password = 'correct horse'
let db: Db
let auth: ReturnType<typeof createAuth>
const told: string[] = []
let visits = 1

beforeAll(async () => {
  db = createDb(await testDatabaseUrl())
  auth = createAuth({
    ...{ db, baseUrl, secret: 'x'.repeat(40), trustedOrigins: [baseUrl] },
    tellOperator: (line) => told.push(line),
  })
})
afterAll(() => db.$disconnect())

async function person(email: string): Promise<void> {
  const passwordHash = await hashPassword(password)
  const about = { name: 'Ada', email, emailVerified: true, passwordHash }
  await db.$transaction((tx) => createPasswordAccount(tx, about))
}

/** Signed in once, to set it up. */
async function personWithFactor(email: string) {
  await person(email)
  const jar = new CookieJar()
  await post('/sign-in/email', { email, password }, jar)
  const setup = await (await post('/two-factor/enable', { password }, jar)).json()
  const secret = decode(new URL(setup.totpURI).searchParams.get('secret') ?? '')
  const code = async () => (await auth.api.generateTOTP({ body: { secret } })).code
  expect((await post('/two-factor/verify-totp', { code: await code() }, jar)).status).toBe(200)
  return { code, backupCodes: setup.backupCodes as string[] }
}

async function post(path: string, body: object, jar = new CookieJar()): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    origin: baseUrl,
    cookie: jar.header,
    // Sign-in is limited per address.
    'x-forwarded-for': `192.0.2.${visits++}`,
  }
  const url = `${baseUrl}/api/auth${path}`
  const response = await auth.handler(
    new Request(url, { method: 'POST', headers, body: JSON.stringify(body) }),
  )
  jar.keep(response)
  return response
}

const who = (jar: CookieJar) =>
  principalBySession({ db, auth }, new Headers({ cookie: jar.header }))

test('without a mail server the sign-in link goes to the operator, works once, and is for known addresses alone', async () => {
  await person('link@example.com')
  const [known, unknown] = [
    await post('/sign-in/magic-link', { email: 'link@example.com', callbackURL: '/' }),
    await post('/sign-in/magic-link', { email: 'nobody@example.com', callbackURL: '/' }),
  ]
  expect(await known.text()).toBe(await unknown.text())
  expect(told).toHaveLength(1)
  const link = told[0]?.match(/http\S+/)?.[0] ?? ''
  const open = async () => {
    const jar = new CookieJar()
    jar.keep(await auth.handler(new Request(link)))
    return who(jar)
  }
  expect(await open()).toMatchObject({ email: 'link@example.com' })
  expect(await open()).toBeNull()
})

test('with a second factor a password alone opens nothing; the code does, and a backup code once', async () => {
  const email = 'totp@example.com'
  const { code, backupCodes } = await personWithFactor(email)

  const begin = async () => {
    const fresh = new CookieJar()
    await post('/sign-in/email', { email, password }, fresh)
    expect(await who(fresh)).toBeNull()
    return fresh
  }
  const byCode = await begin()
  expect((await post('/two-factor/verify-totp', { code: '000000' }, byCode)).status).toBe(401)
  await post('/two-factor/verify-totp', { code: await code() }, byCode)
  expect(await who(byCode)).toMatchObject({ email })

  const [backup] = backupCodes
  const byBackup = await begin()
  await post('/two-factor/verify-backup-code', { code: backup }, byBackup)
  expect(await who(byBackup)).toMatchObject({ email })
  const again = await begin()
  await post('/two-factor/verify-backup-code', { code: backup }, again)
  expect(await who(again)).toBeNull()
})

test('with a second factor a link by e-mail opens nothing either: it leads to the page for the code, and on', async () => {
  const email = 'link-and-totp@example.com'
  const { code } = await personWithFactor(email)
  await post('/sign-in/magic-link', { email, callbackURL: '/servers/x?tab=1' })
  const jar = new CookieJar()
  const opened = await auth.handler(new Request(told.at(-1)?.match(/http\S+/)?.[0] ?? ''))
  jar.keep(opened)
  expect(opened.status).toBe(302)
  expect(opened.headers.get('location')).toBe('/sign-in?step=code&next=%2Fservers%2Fx%3Ftab%3D1')
  expect(await who(jar)).toBeNull()
  expect(await db.authSession.count({ where: { user: { email } } })).toBe(1)
  await post('/two-factor/verify-totp', { code: await code() }, jar)
  expect(await who(jar)).toMatchObject({ email })
})

test('open sign-up makes an account and no membership', async () => {
  const open = createAuth({ db, baseUrl, secret: 'x'.repeat(40), openSignUp: true })
  const body = { name: 'New', email: 'new@example.com', password }
  const response = await open.api.signUpEmail({ body, asResponse: true })
  expect(response.status).toBe(200)
  expect(await db.member.count({ where: { user: { email: body.email } } })).toBe(0)
})

/** Base32 (RFC 4648) to the text that it stands for, as authenticator apps read it. */
function decode(base32: string): string {
  const bits = [...base32]
    .map((letter) =>
      'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
    )
    .join('')
  const bytes = bits.match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))).toString()
}
