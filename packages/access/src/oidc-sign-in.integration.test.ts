import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createDb, type Db } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { testDatabaseUrl } from '@moorage/testing/services'
import Provider from 'oidc-provider'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuth, principalBySession } from './auth.ts'
import { noSignInMethods } from './sign-in-methods.ts'
import { CookieJar } from './testing/cookie-jar.ts'

const baseUrl = 'http://127.0.0.1:4400'
let db: Db
let idp: Server
let auth: ReturnType<typeof createAuth>
/** Who is signed in at the provider. */
let email = ''
let issuer = ''
const client = { clientId: 'moorage', clientSecret: 'a-secret-of-this-test-alone-123456' }
let visits = 1

beforeAll(async () => {
  db = createDb(await testDatabaseUrl())
  idp = createServer()
  idp.listen(0, '127.0.0.1')
  await once(idp, 'listening')
  const address = idp.address()
  issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [`${baseUrl}/api/auth/callback/corp`],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: id,
        email_verified: !id.startsWith('unproven'),
        name: 'Corp',
      }),
    }),
    // Who comes is signed in there and has consented: what is tested is our side.
    loadExistingGrant: async (ctx) => {
      const grant = new provider.Grant({ accountId: email, clientId: client.clientId })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      ctx.oidc.entity('Grant', grant)
      return grant
    },
    features: { devInteractions: { enabled: false } },
    interactions: { url: () => '/signed-in' },
  })
  idp.on('request', async (req, res) => {
    if (!req.url?.startsWith('/signed-in')) return provider.callback()(req, res)
    await provider.interactionFinished(req, res, { login: { accountId: email } })
  })
  auth = createAuth({
    ...{ db, baseUrl, secret: 'x'.repeat(40), trustedOrigins: [baseUrl] },
    methods: { ...noSignInMethods, oidc: [{ id: 'corp', name: 'Corp', issuer, ...client }] },
  })
})
afterAll(async () => {
  idp.closeAllConnections()
  idp.close()
  await db.$disconnect()
})

/** From the button to where the browser ends up, with what it then is. */
async function signIn(as: string) {
  email = as
  const [ours, theirs] = [new CookieJar(), new CookieJar()]
  const begun = await auth.handler(
    new Request(`${baseUrl}/api/auth/sign-in/social`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: baseUrl,
        // Sign-in is limited per address.
        'x-forwarded-for': `192.0.2.${visits++}`,
      },
      body: JSON.stringify({ provider: 'corp', callbackURL: '/', errorCallbackURL: '/sign-in' }),
    }),
  )
  ours.keep(begun)
  let url: string = (await begun.json()).url
  while (!url.startsWith(baseUrl)) {
    const step = await fetch(url, { redirect: 'manual', headers: { cookie: theirs.header } })
    theirs.keep(step)
    const location = step.headers.get('location')
    if (!location) throw new Error(`${url} answered ${step.status}: ${await step.text()}`)
    url = new URL(location, url).href
  }
  const back = await auth.handler(new Request(url, { headers: { cookie: ours.header } }))
  ours.keep(back)
  return {
    location: back.headers.get('location') ?? '',
    principal: await principalBySession({ db, auth }, new Headers({ cookie: ours.header })),
  }
}

test('who was not invited gets no account, whatever the provider says', async () => {
  const { location, principal } = await signIn('stranger@example.com')
  expect(location).toContain('error=')
  expect(principal).toBeNull()
  expect(await db.user.count()).toBe(0)
})

test('who was invited gets an account, and comes back to the same one', async () => {
  const teamId = newId('team')
  await db.team.create({ data: { id: teamId, slug: 'one', name: 'One' } })
  await db.invitation.create({
    data: {
      ...{ id: newId('inv'), teamId, email: 'ada@example.com', role: 'viewer', hash: 'h' },
      ...{ mailed: true, invitedById: 'usr_1', expiresAt: new Date(Date.now() + 60_000) },
    },
  })
  const first = await signIn('ada@example.com')
  expect(first.principal).toMatchObject({ email: 'ada@example.com', memberships: [] })
  await db.invitation.deleteMany()
  const second = await signIn('ada@example.com')
  expect(second.principal?.id).toBe(first.principal?.id)
})

test('a provider that has not proven the address does not open an account that is there', async () => {
  const id = newId('usr')
  const address = 'unproven@example.com'
  await db.user.create({ data: { id, name: 'Bo', email: address, emailVerified: true } })
  const { principal } = await signIn(address)
  expect(principal).toBeNull()
})

test('an account whose address nobody has proven is not opened by a provider that has', async () => {
  const address = 'shown-link@example.com'
  await db.user.create({ data: { id: newId('usr'), name: 'Cy', email: address } })
  const { principal } = await signIn(address)
  expect(principal).toBeNull()
})

test('a provider opens no account with a second factor before the code was given', async () => {
  await db.user.update({ where: { email: 'ada@example.com' }, data: { twoFactorEnabled: true } })
  const { location, principal } = await signIn('ada@example.com')
  expect(location).toBe('/sign-in?step=code&next=%2F')
  expect(principal).toBeNull()
})

test('nor does the bare ID token of such an account', async () => {
  const jar = new CookieJar()
  const body = { provider: 'corp', idToken: { token: await idTokenOf('ada@example.com') } }
  const answer = await auth.handler(
    new Request(`${baseUrl}/api/auth/sign-in/social`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: baseUrl },
      body: JSON.stringify(body),
    }),
  )
  jar.keep(answer)
  expect(await answer.json()).toMatchObject({ twoFactorRedirect: true })
  expect(await principalBySession({ db, auth }, new Headers({ cookie: jar.header }))).toBeNull()
})

/** As somebody gets it who is signed in at the provider, and looks into what comes back. */
async function idTokenOf(as: string): Promise<string> {
  email = as
  const jar = new CookieJar()
  const redirect_uri = `${baseUrl}/api/auth/callback/corp`
  const verifier = 'v'.repeat(43)
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const asked = { client_id: client.clientId, redirect_uri, scope: 'openid email profile' }
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
  const query = new URLSearchParams({ ...asked, ...pkce, response_type: 'code' })
  let url = `${issuer}/auth?${query}`
  while (!url.startsWith(baseUrl)) {
    const step = await fetch(url, { redirect: 'manual', headers: { cookie: jar.header } })
    jar.keep(step)
    url = new URL(step.headers.get('location') ?? '', url).href
  }
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', redirect_uri, code_verifier: verifier },
      ...{ client_id: client.clientId, client_secret: client.clientSecret },
      code: new URL(url).searchParams.get('code') ?? '',
    }),
  })
  return (await answer.json()).id_token
}
