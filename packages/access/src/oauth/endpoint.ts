import type { Db } from '@moorage/db/client'
import { splitPreviewSlug } from '@moorage/domain/preview-name'
import { knownScopes } from './scopes.ts'

/** `preview`: its name, where it is one of the server's. */
export type Endpoint = { url: string; serverId: string; teamId: string; preview: string | null }

/** In the place of what is no endpoint: the library refuses it, and says so as the protocol wants. */
export const noResource = 'https://resource.invalid/'

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/**
 * The server whose endpoint this is, as `resource` of RFC 8707 names it: at the router's path, at
 * its own name under the router's, or at a verified host name of the team's; a preview at
 * `<slug>--<name>` in the same places, whose grants are the server's. Null: there is none, or it
 * does its own OAuth. One slash too many at the end is forgiven; `url` has none.
 */
export async function findEndpoint(
  { db, routerUrl }: { db: Db; routerUrl: string },
  resource: string,
): Promise<Endpoint | null> {
  const url = resource.replace(/\/$/, '')
  const at = placeOf(url, new URL(routerUrl))
  if (!at) return null
  const named = at.slug ? splitPreviewSlug(at.slug) : null
  const preview = named?.name ?? null
  const where = named ? { slug: named.slug, previews: { some: { name: named.name } } } : at
  const server = await db.server.findFirst({ where: { ...where, access: { not: 'own_auth' } } })
  return server && { url, serverId: server.id, teamId: server.teamId, preview }
}

/** Tokens are made for what has a row; the router has the last word on whether they are good. */
export async function ensureResource(db: Db, { url, serverId }: Endpoint): Promise<void> {
  const updatedAt = new Date()
  await db.oauthResource.upsert({
    where: { identifier: url },
    create: {
      ...{ id: url, identifier: url, name: serverId, allowedScopes: knownScopes },
      ...{ createdAt: updatedAt, updatedAt },
    },
    update: { name: serverId, allowedScopes: knownScopes, updatedAt },
  })
}

/** In no other spelling than the canonical one, so that an audience is compared as a string. */
function placeOf(resource: string, router: URL) {
  if (!URL.canParse(resource)) return null
  const url = new URL(resource)
  if (url.href !== resource || url.protocol !== router.protocol) return null
  const path = url.pathname.match(/^\/([a-z0-9-]+)\/mcp$/)?.[1]
  if (path && isRouter(url, router)) return { slug: path }
  if (url.pathname !== '/mcp' || url.port !== router.port) return null
  if (url.hostname.endsWith(`.${router.hostname}`))
    return { slug: url.hostname.slice(0, -router.hostname.length - 1) }
  return { domains: { some: { hostname: url.hostname, verifiedAt: { not: null } } } }
}

/** A router on this machine is known by every name of loopback. */
function isRouter(url: URL, router: URL): boolean {
  if (url.port !== router.port) return false
  if (url.hostname === router.hostname) return true
  return loopbackNames.includes(url.hostname) && loopbackNames.includes(router.hostname)
}
