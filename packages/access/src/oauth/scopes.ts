/** What a token says of itself: it may call the server that it is for. */
export const callScope = 'mcp:connect'

/** Asks for a refresh token. Of no concern to a server, so no server's metadata names it. */
const refreshScope = 'offline_access'

/** What every token gets: a client that asks for less would only come back more often. */
export const oauthScopes: string[] = [callScope, refreshScope]
