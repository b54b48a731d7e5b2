import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { samlAnswer, samlEntityId } from '@moorage/access/testing-saml'
import { makeCertificate } from '@moorage/testing/tls'
import { afterAll, beforeAll, test } from 'vitest'
import type { Opened } from './open-dashboard.ts'
import { openSignedIn, person } from './open-signed-in.ts'

let opened: Opened
let idp: Server
/** Of the second factor, once it is set up. */
let secret = ''
/** What the provider does otherwise than it should. */
let config = {}

beforeAll(async () => {
  const { cert, key } = await makeCertificate(mkdtempSync(join(tmpdir(), 'moorage-')), [], 'rsa')
  const pair = { cert: cert.toString(), key: key.toString() }
  // On another site than the dashboard, as providers are.
  idp = createServer(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://idp')
    if (url.pathname !== '/sso') return res.writeHead(404).end()
    const { action, fields } = await samlAnswer(url.href, { pair, email: person.email, config })
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input name="${name}" value="${value}">`,
    )
    res.setHeader('content-type', 'text/html')
    res.end(`<form method="post" action="${action}">${inputs.join('')}<button>Send</button></form>`)
  })
  idp.listen(0, '127.0.0.1')
  await once(idp, 'listening')
  const { port } = idp.address() as AddressInfo
  const saml = {
    ...{ id: 'corp', name: 'Corp', entityId: samlEntityId, certificate: pair.cert },
    ...{ url: `http://127.0.0.1:${port}/sso`, domains: ['example.com'] },
  }
  opened = await openSignedIn(async () => {}, {
    MOORAGE_SIGN_IN: JSON.stringify({ saml: [saml] }),
  })
})

afterAll(async () => {
  idp?.close()
  await opened?.close()
})

async function signOut(): Promise<void> {
  await opened.context.clearCookies()
  await opened.page.goto('/sign-in')
}

const isIn = () => opened.page.waitForURL(`${opened.dashboard.url}/`)

test('a provider of SAML has a button that leads there, and signs in with what it has signed alone', async () => {
  const { page, db } = opened
  await db.user.update({ where: { email: person.email }, data: { emailVerified: true } })
  const answer = async () => {
    await signOut()
    await page.getByRole('button', { name: 'Go on with Corp' }).click()
    await page.waitForURL(/\/sso\?SAMLRequest=/)
    await page.getByRole('button', { name: 'Send' }).click()
  }
  config = { signAssertion: false }
  await answer()
  await page.getByText('That did not sign you in.').waitFor()
  await page.goto('/account')
  await page.waitForURL(/\/sign-in/)
  config = {}
  await answer()
  await isIn()
  await signOut()
})

test('a second factor that is set up on the account page is asked for at the next sign-in', async () => {
  const { page } = opened
  await byPassword()
  await isIn()
  await page.goto('/account')
  await page.getByLabel('Password, to set it up').fill(person.password)
  await page.getByRole('button', { name: 'Set it up' }).click()
  secret = (await page.getByText(/^[A-Z2-7]{32,}$/).textContent()) ?? ''
  await page.getByLabel("The app's present code").fill(totp(secret))
  await page.getByRole('button', { name: 'Turn it on' }).click()
  await page.getByText('The second factor is on.').waitFor()
  await signOut()
  await byPassword()
  await page.getByLabel('Code of your authenticator app').fill(totp(secret))
  await page.getByRole('button', { name: 'Go on', exact: true }).click()
  await isIn()
})

test('a passkey that is added on the account page signs in by itself; one that was removed does not', async () => {
  const { page } = opened
  await addAuthenticator()
  await page.goto('/account')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByText('The passkey is added.').waitFor()
  await signOut()
  const use = page.getByRole('button', { name: 'Use a passkey' })
  await use.click()
  await isIn()
  await opened.db.passkey.deleteMany()
  await signOut()
  await use.click()
  await page.getByText('No passkey of this platform was given.').waitFor()
})

async function byPassword(): Promise<void> {
  const { page } = opened
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(person.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** A security key in the browser, that always agrees. */
async function addAuthenticator(): Promise<void> {
  const session = await opened.context.newCDPSession(opened.page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', automaticPresenceSimulation: true },
      ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
    },
  })
}

/** RFC 6238, as authenticator apps do it: 30 s, 6 digits, SHA-1. */
function totp(base32: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...base32].map((one) => alphabet.indexOf(one).toString(2).padStart(5, '0')).join('')
  const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const hash = createHmac('sha1', Buffer.from(bytes)).update(counter).digest()
  const offset = (hash.at(-1) ?? 0) & 15
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
