import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDb, type Db } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { testDatabaseUrl } from '@moorage/testing/services'
import { makeCertificate } from '@moorage/testing/tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuth, principalBySession } from './auth.ts'
import { noSignInMethods } from './sign-in-methods.ts'
import { CookieJar } from './testing/cookie-jar.ts'
import { samlAnswer, samlEntityId } from './testing/saml-answer.ts'

const baseUrl = 'http://127.0.0.1:4400'
let db: Db
let auth: ReturnType<typeof createAuth>
let pair: { cert: string; key: string }
let visits = 1

beforeAll(async () => {
  db = createDb(await testDatabaseUrl())
  pair = await newPair()
  const saml = {
    ...{ id: 'corp', name: 'Corp', entityId: samlEntityId, url: 'https://idp.example.com/sso' },
    ...{ certificate: pair.cert, domains: ['example.com'] },
  }
  auth = createAuth({
    ...{ db, baseUrl, secret: 'x'.repeat(40), trustedOrigins: [baseUrl] },
    methods: { ...noSignInMethods, saml: [saml] },
  })
})
afterAll(() => db.$disconnect())

async function newPair() {
  const dir = mkdtempSync(join(tmpdir(), 'moorage-saml-'))
  const { cert, key } = await makeCertificate(dir, ['idp.example.com'], 'rsa')
  return { cert: cert.toString(), key: key.toString() }
}

function send(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers)
  // Sign-in is limited per address.
  headers.set('x-forwarded-for', `192.0.2.${visits++}`)
  return auth.handler(new Request(`${baseUrl}/api/auth${path}`, { ...init, headers }))
}

/** From the button to the provider; the browser that did it. */
async function begin(providerId = 'corp') {
  const jar = new CookieJar()
  const answer = await send('/sign-in/sso', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: baseUrl },
    body: JSON.stringify({ providerId, callbackURL: '/servers', errorCallbackURL: '/sign-in' }),
  })
  jar.keep(answer)
  const { url = '' } = await answer.json()
  return { status: answer.status, url, jar }
}

type Said = { email: string; config?: Record<string, unknown> }

async function respond(url: string, said: Said): Promise<URLSearchParams> {
  return new URLSearchParams((await samlAnswer(url, { pair, ...said })).fields)
}

/** As the provider's page posts it: from elsewhere, so with no cookie of ours; and then as our page does. */
async function post(body: URLSearchParams, jar: CookieJar) {
  const path = '/sso/saml2/sp/acs/corp'
  const headers = { origin: 'https://idp.example.com' }
  const page = await (await send(path, { method: 'POST', headers, body })).text()
  const fields = [...page.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, ...pair]) => pair)
  const answer = await send(path, {
    method: 'POST',
    headers: { origin: baseUrl, cookie: jar.header },
    body: new URLSearchParams(fields),
  })
  jar.keep(answer)
  return {
    location: answer.headers.get('location') ?? `${answer.status}`,
    principal: await principalBySession({ db, auth }, new Headers({ cookie: jar.header })),
  }
}

function xmlOf(body: URLSearchParams): string {
  return Buffer.from(body.get('SAMLResponse') ?? '', 'base64').toString()
}

async function signIn(said: Said) {
  const { url, jar } = await begin()
  return post(await respond(url, said), jar)
}

async function addUser(email: string, emailVerified: boolean): Promise<string> {
  const id = newId('usr')
  await db.user.create({ data: { id, name: email, email, emailVerified } })
  return id
}

test('who has an account comes in, and again to the same one', async () => {
  const id = await addUser('ada@example.com', true)
  const first = await signIn({ email: 'ada@example.com' })
  expect(first.location).toBe('/servers')
  expect(first.principal).toMatchObject({ id, email: 'ada@example.com' })
  expect((await signIn({ email: 'ada@example.com' })).principal?.id).toBe(id)
})

test('who was invited gets an account, and nobody else', async () => {
  expect((await signIn({ email: 'new@example.com' })).principal).toBeNull()
  const teamId = newId('team')
  await db.team.create({ data: { id: teamId, slug: 'one', name: 'One' } })
  await db.invitation.create({
    data: {
      ...{ id: newId('inv'), teamId, email: 'new@example.com', role: 'viewer', hash: 'h' },
      ...{ mailed: true, invitedById: 'usr_1', expiresAt: new Date(Date.now() + 60_000) },
    },
  })
  const { principal } = await signIn({ email: 'new@example.com' })
  expect(principal).toMatchObject({ email: 'new@example.com' })
  const user = await db.user.findUniqueOrThrow({ where: { email: 'new@example.com' } })
  expect(user.emailVerified).toBe(true)
})

test.each<[string, () => Said | Promise<Said>]>([
  ['signed by another key', async () => ({ email: 'bo@example.com', config: await newPair() })],
  [
    'whose assertion nobody has signed',
    () => ({ email: 'bo@example.com', config: { signAssertion: false } }),
  ],
  [
    'of another issuer',
    () => ({ email: 'bo@example.com', config: { issuer: 'https://evil.test' } }),
  ],
  [
    'for another platform',
    () => ({ email: 'bo@example.com', config: { audience: 'https://x.test' } }),
  ],
  [
    'for another address of ours',
    () => ({ email: 'bo@example.com', config: { recipient: `${baseUrl}/x` } }),
  ],
  [
    'whose signature is of SHA-1',
    () => ({ email: 'bo@example.com', config: { signatureAlgorithm: 'rsa-sha1' } }),
  ],
  [
    'whose digest is of SHA-1',
    () => ({ email: 'bo@example.com', config: { digestAlgorithm: 'sha1' } }),
  ],
  [
    'that was not asked for',
    () => ({ email: 'bo@example.com', config: { inResponseTo: undefined } }),
  ],
  ['to another question', () => ({ email: 'bo@example.com', config: { inResponseTo: '_1' } })],
  ['that is over', () => ({ email: 'bo@example.com', config: { lifetimeInSeconds: -900 } })],
  ['for an address that it does not speak for', () => ({ email: 'bo@elsewhere.test' })],
])('an answer %s lets nobody in', async (_what, said) => {
  const given = await said()
  if ((await db.user.count({ where: { email: given.email } })) === 0)
    await addUser(given.email, true)
  const { location, principal } = await signIn(given)
  expect(principal).toBeNull()
  expect(location).not.toBe('/servers')
})

test('an answer counts once, with its state and without', async () => {
  const { url, jar } = await begin()
  const body = await respond(url, { email: 'ada@example.com' })
  const asked = jar.copy()
  expect((await post(body, jar)).principal).toMatchObject({ email: 'ada@example.com' })
  expect((await post(body, asked.copy())).principal).toBeNull()
  body.delete('RelayState')
  expect((await post(body, asked)).principal).toBeNull()
})

test('an answer signs nobody in but in the browser that has asked for it', async () => {
  const [mine, theirs] = [await begin(), await begin()]
  const body = await respond(mine.url, { email: 'ada@example.com' })
  for (const jar of [theirs.jar, new CookieJar()]) {
    const { location, principal } = await post(body, jar)
    expect(principal).toBeNull()
    expect(location).toBe('/sign-in?error=saml')
  }
  expect((await post(body, mine.jar)).principal).toMatchObject({ email: 'ada@example.com' })
})

test('an answer that was changed, or wrapped around another, lets nobody in', async () => {
  const { url, jar } = await begin()
  // Only the assertion is signed, so that all around it can be changed.
  const config = { signResponse: false }
  const body = await respond(url, { email: 'ada@example.com', config })
  // What carries no state is not refused for having the wrong one.
  body.delete('RelayState')
  const postXml = (xml: string) => {
    body.set('SAMLResponse', Buffer.from(xml).toString('base64'))
    return post(body, jar.copy())
  }
  const xml = xmlOf(body)
  const [assertion = ''] = xml.match(/<saml:Assertion.*<\/saml:Assertion>/s) ?? []
  const forged = assertion.replaceAll('ada@example.com', 'bo@example.com')
  const unsigned = forged.replace(/<Signature.*<\/Signature>/s, '').replace(/ID="_/, 'ID="_x')
  const status = '<samlp:Status>'
  for (const evil of [
    xml.replace(assertion, forged),
    xml.replace(assertion, unsigned),
    xml.replace(assertion, unsigned + assertion),
    xml.replace(assertion, assertion + unsigned),
    xml
      .replace(assertion, unsigned)
      .replace(status, `<samlp:Extensions>${assertion}</samlp:Extensions>${status}`),
  ]) {
    expect(evil).not.toBe(xml)
    expect((await postXml(evil)).principal).toBeNull()
  }
  expect((await postXml(xml)).principal).toMatchObject({ email: 'ada@example.com' })
})

test('an assertion that was given out unasked does not count within an answer', async () => {
  const { url, jar } = await begin()
  const answer = await respond(url, { email: 'ada@example.com' })
  const [, asked = ''] = xmlOf(answer).match(/InResponseTo="([^"]+)"/) ?? []
  const config = { signResponse: false, inResponseTo: undefined }
  const body = await respond(url, { email: 'ada@example.com', config })
  const xml = xmlOf(body).replace('<samlp:Response ', `<samlp:Response InResponseTo="${asked}" `)
  body.set('SAMLResponse', Buffer.from(xml).toString('base64'))
  expect((await post(body, jar.copy())).principal).toBeNull()
  expect((await post(answer, jar)).principal).toMatchObject({ email: 'ada@example.com' })
})

test('an account whose address nobody has proven is not opened', async () => {
  await addUser('unproven@example.com', false)
  expect((await signIn({ email: 'unproven@example.com' })).principal).toBeNull()
})

test('a second factor is asked for', async () => {
  const id = await addUser('careful@example.com', true)
  await db.user.update({ where: { id }, data: { twoFactorEnabled: true } })
  const { location, principal } = await signIn({ email: 'careful@example.com' })
  expect(principal).toBeNull()
  expect(location).toBe('/sign-in?step=code&next=%2Fservers')
})

test('another provider is not there, and none can be registered', async () => {
  expect((await begin('other')).status).toBe(404)
  const paths = ['/sso/register', '/sso/saml2/sp/acs/other', '/sso/update-provider']
  for (const path of paths) {
    const init = { method: 'POST', headers: { origin: baseUrl }, body: new URLSearchParams() }
    expect((await send(path, init)).status, path).toBe(404)
  }
})

test('its metadata says where answers go, and that they have to be signed', async () => {
  const answer = await send('/sso/saml2/sp/metadata?providerId=corp', {})
  const xml = await answer.text()
  expect(xml).toContain(`${baseUrl}/api/auth/sso/saml2/sp/acs/corp`)
  expect(xml).toContain('WantAssertionsSigned="true"')
})
