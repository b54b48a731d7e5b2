/** What a token says of itself: it may call the server that it is for. */
export const callScope = 'mcp:connect'

/** And those of its tools that the server's team has guarded. Nobody is asked for it before it is needed. */
export const guardedScope = 'mcp:guarded'

/** Asks for a refresh token. Of no concern to a server, so no server's metadata names it. */
const refreshScope = 'offline_access'

/** What every token gets: a client that asks for less would only come back more often. */
export const oauthScopes: string[] = [callScope, refreshScope]

/** All that there are. */
export const knownScopes: string[] = [...oauthScopes, guardedScope]

/** What a request for these comes to. */
export function scopesFor(asked: string | null): string[] {
  return asked?.split(' ').includes(guardedScope) ? knownScopes : oauthScopes
}
