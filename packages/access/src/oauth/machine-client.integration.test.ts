import { newId } from '@moorage/domain/id'
import { decodeJwt } from 'jose'
import { afterAll, expect, test } from 'vitest'
import {
  dashboardUrl,
  redirectUri,
  resource,
  routerUrl,
  startOauthServer,
} from '../testing/oauth-server.ts'
import { issueClientSecret, removeClientSecret } from './machine-client.ts'

const { db, events, teamId, call, register, ask, close } = await startOauthServer()
afterAll(close)

async function askAsMachine(clientId: string, secret: string, of = resource) {
  const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`
  const answer = await call('/api/auth/oauth2/token', {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: of }),
  })
  return { status: answer.status, ...(await answer.json()) }
}

async function addMachine(of = teamId) {
  const id = newId('sa')
  await db.serviceAccount.create({ data: { id, teamId: of, name: id, role: 'caller' } })
  return { id, ...(await issueClientSecret({ db, events }, { id, name: id })) }
}

test('a service account gets a token for one endpoint by its secret, and nothing to renew it with', async () => {
  const { id, clientId, clientSecret } = await addMachine()
  const answer = await askAsMachine(clientId, clientSecret)
  expect(answer).toMatchObject({ status: 200, token_type: 'Bearer', expires_in: 3600 })
  expect(answer.refresh_token).toBeUndefined()
  expect(decodeJwt(answer.access_token)).toMatchObject({
    ...{ iss: dashboardUrl, aud: resource, sub: id, client_id: id, scope: 'mcp:connect' },
  })
})

test('of a service account a wrong secret, one that was replaced, and one that was revoked are refused', async () => {
  const { id, clientId, clientSecret } = await addMachine()
  expect(await askAsMachine(clientId, 'mrgs_wrong')).toMatchObject({ status: 401 })
  const next = await issueClientSecret({ db, events }, { id, name: id })
  expect(await askAsMachine(clientId, clientSecret)).toMatchObject({ status: 401 })
  expect(await askAsMachine(clientId, next.clientSecret)).toMatchObject({ status: 200 })
  await removeClientSecret({ db, events }, id)
  expect((await askAsMachine(clientId, next.clientSecret)).error).toBe('invalid_client')
})

test('a service account gets no token for another team, for all of a team, or as a person', async () => {
  const elsewhere = newId('team')
  await db.team.create({ data: { id: elsewhere, slug: 'elsewhere', name: 'Elsewhere' } })
  const { clientId, clientSecret } = await addMachine(elsewhere)
  const refused = { status: 400, error: 'invalid_target' }
  expect(await askAsMachine(clientId, clientSecret)).toMatchObject(refused)
  expect(await askAsMachine(clientId, clientSecret, '')).toMatchObject(refused)
  expect(await askAsMachine(clientId, clientSecret, `${routerUrl}/none/mcp`)).toMatchObject(refused)
  const asked = await ask(clientId)
  expect(asked.pathname).not.toBe('/oauth/consent')
})

test('nobody registers a client that gets tokens by itself', async () => {
  const answer = await register({
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
  })
  const { client_id, client_secret } = await answer.json()
  expect(await askAsMachine(client_id, client_secret)).toMatchObject({
    ...{ status: 400, error: 'unauthorized_client' },
  })
})
