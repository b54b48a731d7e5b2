import type { Auth } from '../auth.ts'
import { withCors } from './handle.ts'
import { oauthScopes } from './scopes.ts'

/**
 * The authorization server's metadata (RFC 8414). Served at the path of OpenID Connect Discovery too,
 * as some clients look nowhere else.
 */
export async function authorizationServerMetadata(auth: Auth): Promise<Response> {
  const metadata = await auth.api.getOAuthServerConfig()
  return withCors(
    Response.json(
      { ...metadata, scopes_supported: oauthScopes },
      { headers: { 'Cache-Control': 'public, max-age=60' } },
    ),
  )
}
