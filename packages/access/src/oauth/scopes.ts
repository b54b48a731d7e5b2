/** What a token says of itself: it may call the server that it is for. */
export const callScope = 'mcp:connect'

/** Asks for a refresh token. Of no concern to a server, so no server's metadata names it. */
export const refreshScope = 'offline_access'

export const oauthScopes: string[] = [callScope, refreshScope]

/** Of what a client asks for, what there is; all of it where that leaves nothing. */
export function knownScopes(scope: string | null): string {
  const known = (scope ?? '').split(/\s+/).filter((one) => oauthScopes.includes(one))
  return (known.length > 0 ? known : oauthScopes).join(' ')
}
