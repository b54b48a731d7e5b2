import { createHash } from 'node:crypto'
import type { Events } from '@moorage/bus/events'
import type { Db } from '@moorage/db/client'
import { customAlphabet } from 'nanoid'
import type { Endpoint } from './endpoint.ts'
import { callScope } from './scopes.ts'

const random = customAlphabet('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 40)

type Deps = { db: Db; events: Events }

export type ClientSecret = { clientId: string; clientSecret: string }

/**
 * A client id and secret with which a service account gets access tokens by itself (RFC 6749, 4.4).
 * The secret is in the answer and nowhere else. One that was there before ends, and its tokens.
 */
export async function issueClientSecret(
  { db, events }: Deps,
  { id, name }: { id: string; name: string },
): Promise<ClientSecret> {
  const clientSecret = `mrgs_${random()}`
  const client = {
    ...{ name, clientSecret: hashOf(clientSecret), createdAt: new Date() },
    tokenEndpointAuthMethod: 'client_secret_basic',
    grantTypes: ['client_credentials'],
    ...{ scopes: [callScope], clientCredentialsScopes: [callScope] },
  }
  await db.oauthClient.upsert({
    where: { serviceAccountId: id },
    create: { id, clientId: id, serviceAccountId: id, ...client },
    update: client,
  })
  await events.publish({ type: 'person', userId: id })
  return { clientId: id, clientSecret }
}

/** Routers refuse its tokens at once. */
export async function removeClientSecret({ db, events }: Deps, id: string): Promise<void> {
  await db.oauthClient.deleteMany({ where: { serviceAccountId: id } })
  await events.publish({ type: 'person', userId: id })
}

/** Is the client a service account of the team that the server is of? */
export async function isOfTeam(
  { db }: { db: Db },
  clientId: string,
  { teamId }: Pick<Endpoint, 'teamId'>,
): Promise<boolean> {
  const serviceAccount = { teamId, team: { deletedAt: null } }
  return (await db.oauthClient.count({ where: { clientId, serviceAccount } })) > 0
}

/** As the library keeps secrets of clients: it is what verifies them. */
function hashOf(clientSecret: string): string {
  return createHash('sha256').update(clientSecret).digest('base64url')
}
