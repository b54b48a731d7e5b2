import { callScope } from '@moorage/access/oauth-scopes'
import type { Forwarded } from './headers.ts'

const wellKnown = '/.well-known/oauth-protected-resource'

/** The MCP endpoint as the client has reached it, and so what its tokens have to be for (RFC 8707). */
export function resourceUrl({ proto, host, prefix }: Forwarded): string {
  return `${proto}://${host}${prefix}/mcp`
}

/** Where the metadata of the endpoint under this prefix is (RFC 9728, 3.1). */
export function isMetadataPath(url: string, prefix: string): boolean {
  return url.startsWith(wellKnown) && url === `${wellKnown}${prefix}/mcp`
}

/**
 * RFC 9728, 2. Made of the URL alone, so that a name with a server and one without look the same to
 * a stranger.
 */
export function protectedResourceMetadata(resource: string, issuer: string): object {
  return {
    resource,
    authorization_servers: [issuer],
    scopes_supported: [callScope],
    bearer_methods_supported: ['header'],
  }
}

/** What an OAuth client needs to go on after a refusal (RFC 9728, 5.1; RFC 6750, 3). */
export function challenge(
  resource: string | null,
  error: string | null,
  scopes: readonly string[] = [callScope],
): string {
  const parts = ['realm="moorage"']
  if (error) parts.push(`error="${error}"`)
  if (resource)
    parts.push(`resource_metadata="${metadataUrl(resource)}"`, `scope="${scopes.join(' ')}"`)
  return `Bearer ${parts.join(', ')}`
}

function metadataUrl(resource: string): string {
  const { origin, pathname } = new URL(resource)
  return `${origin}${wellKnown}${pathname}`
}
