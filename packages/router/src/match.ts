import { isIP } from 'node:net'

/** Under which names this router answers. */
export type Site = {
  /** Servers answer at `<slug>.<baseDomain>` too; null: only at `/<slug>`. */
  baseDomain: string | null
  /** Further names, such as the dashboard's when a front puts both under one. */
  hostnames: readonly string[]
  /** The server that a host name of a team's own leads to. */
  slugOf(hostname: string): string | undefined
}

export type Match = {
  slug: string
  /** What stands before the server's own paths: `/<slug>`, or nothing in the host form. */
  prefix: string
  /** The server's own path and query, verbatim. */
  rest: string
}

/** The hostname of a Host header that is one of ours, or null: else a page could rebind its name to us. */
export function ownHostname(host: string | undefined, site: Site): string | null {
  const hostname = host?.toLowerCase().match(/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/)?.[1]
  if (!hostname) return null
  const isKnown = isOurs(hostname, site) || site.slugOf(hostname) !== undefined
  return isKnown ? hostname : null
}

/** The router's own names, whatever anyone claims. */
function isOurs(hostname: string, { baseDomain, hostnames }: Site): boolean {
  // Rebinding needs a name, so an address is always ours.
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return true
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return true
  if (hostnames.includes(hostname)) return true
  return baseDomain !== null && (hostname === baseDomain || hostname.endsWith(`.${baseDomain}`))
}

/**
 * Where clients look for the OAuth facts of `https://host/<slug>/...`: what is well-known stands
 * before the path (RFC 8414, 3.1; RFC 9728, 3.1). A server that does its own OAuth knows its public
 * URL, so it gets the path as it is.
 */
const wellKnown =
  /^\/\.well-known\/(?:oauth-protected-resource|oauth-authorization-server|openid-configuration)\/([^/?]+)/

/** Which server a request is for, by host or by path; null where it names none. */
export function match(hostname: string, url: string, site: Site): Match | null {
  if (site.baseDomain !== null && hostname.endsWith(`.${site.baseDomain}`)) {
    const slug = hostname.slice(0, -site.baseDomain.length - 1)
    return { slug, prefix: '', rest: url }
  }
  const own = isOurs(hostname, site) ? undefined : site.slugOf(hostname)
  if (own !== undefined) return { slug: own, prefix: '', rest: url }
  const [, named] = wellKnown.exec(url) ?? []
  if (named) return { slug: named, prefix: `/${named}`, rest: url }
  const [, slug, rest = ''] = url.match(/^\/([^/?]+)(.*)$/s) ?? []
  if (!slug) return null
  return { slug, prefix: `/${slug}`, rest: rest.startsWith('/') ? rest : `/${rest}` }
}

/** `/mcp` and `/mcp/` lead to where the server speaks MCP; any other path is the server's own. */
export function upstreamPath(rest: string, mcpPath: string): string {
  const mcp = rest.match(/^\/mcp\/?(\?.*)?$/s)
  if (!mcp) return rest
  const query = mcp[1] ?? ''
  return mcpPath + (mcpPath.includes('?') ? query.replace('?', '&') : query)
}
