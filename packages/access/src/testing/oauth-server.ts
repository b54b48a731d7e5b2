import { createHash, randomBytes } from 'node:crypto'
import { createEvents } from '@moorage/bus/events'
import { createDb } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { testDatabaseUrl } from '@moorage/testing/services'
import { hashPassword } from 'better-auth/crypto'
import { expect } from 'vitest'
import { createAuth } from '../auth.ts'
import { handleAuth, type OauthDeps } from '../oauth/handle.ts'

export const dashboardUrl = 'http://localhost:4400'
export const routerUrl = 'http://localhost:4410'
export const resource = `${routerUrl}/notes/mcp`
export const redirectUri = 'http://127.0.0.1:3456/callback'

type Asked = { consent: URL; cookies: string; verifier: string; clientId: string }

/** The authorization server, the server `notes` of a team with a viewer `ada@example.com`, and what a client does. */
export async function startOauthServer() {
  let address = 0
  const databaseUrl = await testDatabaseUrl()
  const db = createDb(databaseUrl, { maxConnections: 5 })
  const events = await createEvents({ databaseUrl })
  const auth = createAuth({ db, secret: randomBytes(32).toString('hex'), baseUrl: dashboardUrl })
  const deps: OauthDeps = { db, events, auth, dashboardUrl, routerUrl }
  const teamId = newId('team')
  await db.team.create({ data: { id: teamId, slug: 'harbour', name: 'Harbour' } })
  const userId = await addPerson('ada@example.com')
  await db.member.create({ data: { teamId, userId, role: 'viewer' } })
  await addPerson('eve@example.com')
  const serverId = newId('srv')
  await db.server.create({ data: { id: serverId, teamId, slug: 'notes', name: 'Notes' } })
  const cookie = await signIn('ada@example.com')

  async function addPerson(email: string): Promise<string> {
    const id = newId('usr')
    await db.user.create({ data: { id, name: email, email, updatedAt: new Date() } })
    const password = await hashPassword('correct horse battery')
    await db.authAccount.create({
      data: { id: newId('usr'), accountId: id, providerId: 'credential', userId: id, password },
    })
    return id
  }

  async function signIn(email: string): Promise<string> {
    const answer = await call('/api/auth/sign-in/email', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: dashboardUrl },
      body: JSON.stringify({ email, password: 'correct horse battery' }),
    })
    expect(answer.status).toBe(200)
    return cookiesOf(answer)
  }

  function cookiesOf(answer: Response): string {
    return answer.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
  }

  function call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    // Each from another address, so that no limit is met.
    headers.set('x-forwarded-for', `10.0.${Math.floor(++address / 250)}.${address % 250}`)
    return handleAuth(deps, new Request(`${dashboardUrl}${path}`, { ...init, headers }))
  }

  async function register(body: object): Promise<Response> {
    return call('/api/auth/oauth2/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  }

  async function newClient(): Promise<string> {
    const answer = await register({ client_name: 'A client', redirect_uris: [redirectUri] })
    expect(answer.status).toBe(201)
    return (await answer.json()).client_id
  }

  async function ask(
    clientId: string,
    more: Record<string, string> = {},
    as = cookie,
  ): Promise<URL> {
    return (await askFrom(clientId, more, as)).consent
  }

  async function askFrom(
    clientId: string,
    more: Record<string, string> = {},
    as = cookie,
  ): Promise<Asked> {
    const verifier = randomBytes(32).toString('base64url')
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      state: 'xyz',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      resource,
      ...more,
    })
    const answer = await call(`/api/auth/oauth2/authorize?${query}`, { headers: { cookie: as } })
    const consent = new URL(answer.headers.get('location') ?? '', dashboardUrl)
    return { consent, cookies: `${as}; ${cookiesOf(answer)}`, verifier, clientId }
  }

  async function say(accept: boolean, { consent, cookies }: Asked): Promise<Response> {
    return call('/api/auth/oauth2/consent', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: dashboardUrl, cookie: cookies },
      body: JSON.stringify({ accept, oauth_query: consent.search.slice(1) }),
    })
  }

  async function exchange(form: Record<string, string>): Promise<Response> {
    return call('/api/auth/oauth2/token', { method: 'POST', body: new URLSearchParams(form) })
  }

  async function tokensFor(clientId: string, of = resource, scope = '') {
    const asked = await askFrom(clientId, { resource: of, scope })
    const back = new URL((await (await say(true, asked)).json()).url)
    const answer = await exchange({
      grant_type: 'authorization_code',
      code: back.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      client_id: clientId,
      code_verifier: asked.verifier,
      resource: of,
    })
    return { back, answer, tokens: await answer.json() }
  }

  return {
    ...{ db, events, auth, deps, cookie, userId, teamId, serverId },
    ...{ signIn, call, register, newClient, ask, askFrom, say, exchange, tokensFor },
    close: async () => {
      await events.close()
      await db.$disconnect()
    },
  }
}
