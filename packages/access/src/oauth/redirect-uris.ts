/** Of clients that registered schemes of their own before there was a rule for their names. */
const knownSchemes = ['cursor://anysphere.cursor-mcp/oauth/callback']

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]']

export type RedirectKind = 'web' | 'loopback' | 'private-use' | 'known'

/**
 * What kind of place a client wants the code sent to, or null for one that none may have: https
 * elsewhere, http on this machine (RFC 8252, 7.3), a scheme that is a domain name read backwards
 * (RFC 8252, 7.1), or one of the few that are known, to the letter.
 */
export function redirectKind(uri: string): RedirectKind | null {
  if (knownSchemes.includes(uri)) return 'known'
  if (uri.length > 1_000 || uri.includes('#') || !URL.canParse(uri)) return null
  const { protocol, username, password, hostname } = new URL(uri)
  if (username || password) return null
  const isLoopback = loopbackHosts.includes(hostname)
  if (protocol === 'https:') return isLoopback || !hostname ? null : 'web'
  if (protocol === 'http:') return isLoopback ? 'loopback' : null
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+:\/(?!\/)/i.test(uri) ? 'private-use' : null
}

/** For a person who has to decide: the host, or the program's scheme. */
export function redirectHost(uri: string): string {
  if (!URL.canParse(uri)) return uri
  const { protocol, hostname } = new URL(uri)
  if (protocol === 'http:' || protocol === 'https:') return hostname
  return `${protocol}//${hostname}`.replace(/\/+$/, '')
}
