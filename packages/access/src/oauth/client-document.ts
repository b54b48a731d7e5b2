import type { ClientDiscovery } from '@better-auth/oauth-provider'
import type { Db } from '@moorage/db/client'
import { z } from 'zod'
import type { DocumentFetch } from './document-fetch.ts'
import { redirectKind } from './redirect-uris.ts'
import { knownScopes } from './scopes.ts'

const discoveryId = 'client-id-metadata-document'
const freshMs = 10 * 60_000
const usableMs = 24 * 3_600_000

const documentSchema = z.object({
  client_id: z.string(),
  client_name: z.string().trim().max(200).optional(),
  client_uri: z
    .url({ protocol: /^https$/ })
    .max(500)
    .optional()
    .catch(undefined),
  redirect_uris: z.array(z.string()).min(1).max(50),
  grant_types: z.array(z.string()).optional(),
  token_endpoint_auth_method: z.enum(['none', 'private_key_jwt']).default('none'),
  jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(10) }).optional(),
  jwks_uri: z.url({ protocol: /^https$/ }).optional(),
})

/**
 * Clients that are known by a URL, at which they say what they are (Client ID Metadata Documents).
 * The document is read again after 10 minutes; while its host is away it counts for a day.
 */
export function clientDocuments(deps: {
  db: Db
  fetch: DocumentFetch
  trustedHosts: readonly string[]
  /** Why one was not taken, for the operator's log. */
  onFault: (clientId: string, error: unknown) => void
}): ClientDiscovery {
  const { db, fetch } = deps

  async function read(clientId: string) {
    const document = readClientDocument(clientId, await fetch(clientId))
    return db.oauthClient.upsert({
      where: { clientId },
      create: { id: clientId, clientId, createdAt: new Date(), ...document },
      update: document,
    })
  }

  return {
    id: discoveryId,
    matches: (clientId) => isDocumentUrl(clientId, deps.trustedHosts),
    resolve: async (_ctx, clientId, existing) => {
      const ageMs = Date.now() - (existing?.updatedAt?.getTime() ?? 0)
      if (existing && ageMs < freshMs) return existing
      try {
        const { metadata: _none, ...client } = await read(clientId)
        return present(client) as NonNullable<typeof existing>
      } catch (error) {
        deps.onFault(clientId, error)
        return existing && ageMs < usableMs ? existing : null
      }
    },
    fetchClientMetadataResource: async (url) => Response.json(await fetch(String(url))),
    discoveryMetadata: { client_id_metadata_document_supported: true },
  }
}

/** The row of what a document says. Throws where it does not fit its URL or our rules. */
export function readClientDocument(clientId: string, value: unknown) {
  const document = documentSchema.parse(value)
  if (document.client_id !== clientId)
    throw new Error(`its client_id is ${document.client_id}, not its own URL`)
  for (const uri of document.redirect_uris)
    if (redirectKind(uri) === null) throw new Error(`${uri} may not be a redirect URI`)
  return {
    clientDiscoveryId: discoveryId,
    updatedAt: new Date(),
    name: document.client_name ?? null,
    uri: document.client_uri ?? null,
    redirectUris: document.redirect_uris,
    scopes: knownScopes,
    tokenEndpointAuthMethod: document.token_endpoint_auth_method,
    jwks: document.jwks ? JSON.stringify(document.jwks) : null,
    jwksUri: document.jwks_uri ?? null,
    grantTypes: ['authorization_code', 'refresh_token'],
    responseTypes: ['code'],
    requirePKCE: true,
  }
}

/** https with a path, and nothing that could be spelt another way. */
export function isDocumentUrl(clientId: string, trustedHosts: readonly string[]): boolean {
  if (clientId.length > 500 || !URL.canParse(clientId)) return false
  const url = new URL(clientId)
  if (url.href !== clientId || url.pathname === '/' || url.hash || url.username || url.password)
    return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && trustedHosts.includes(url.host))
}

/** The library reads what is null as set. */
function present(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
}
