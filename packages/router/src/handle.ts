import { AppError } from '@moorage/domain/error'
import { isAccessToken } from './access-tokens.ts'
import { answerBrowser, answerError, answerHealth, answerJson, answerPreflight } from './answer.ts'
import { authenticate, type KnownPrincipal, usesOf } from './authenticate.ts'
import { admitRequest } from './call-limits.ts'
import type { Context } from './context.ts'
import { beginExchange, type Exchange } from './exchange.ts'
import { forward } from './forward.ts'
import { forwardedFrom } from './forwarded.ts'
import { identityKeysPath } from './identity.ts'
import { match, ownHostname } from './match.ts'
import { checkOrigin, isPreflight } from './origin.ts'
import type { ClientRequest, ClientResponse } from './quick-front.ts'
import { isMetadataPath, protectedResourceMetadata, resourceUrl } from './resource-metadata.ts'
import type { ServerEntry } from './table.ts'

/** The way of every request: match -> authenticate -> admit -> introduce -> forward -> log. */
export async function handle(
  context: Context,
  req: ClientRequest,
  res: ClientResponse,
): Promise<void> {
  const exchange = beginExchange(req, res)
  const slot = context.inFlight.begin(exchange)
  context.tracing?.begin(exchange)
  try {
    const url = req.url ?? '/'
    exchange.forwarded = forwardedFrom(req, context.trustProxy)
    const { host } = exchange.forwarded
    const hostname = ownHostname(host, context.site)
    const place = hostname === null ? null : match(hostname, url, context.site)
    if (place?.prefix !== '' && url === '/healthz') return answerHealth(exchange, true)
    if (place?.prefix !== '' && url === '/readyz') return answerHealth(exchange, context.isReady())
    if (place?.prefix !== '' && url === identityKeysPath)
      return answerJson(exchange, context.identity.keys())
    if (hostname === null) throw new AppError('forbidden', 'This host name is not served here.')

    exchange.origin = checkOrigin(req.headers.origin, host, hostname, context.dashboardOrigin)
    if (exchange.origin !== null && isPreflight(req))
      return answerPreflight(exchange, exchange.origin)

    exchange.forwarded.prefix = place?.prefix ?? ''
    if (place && isBrowserAtRoot(req, place)) return answerBrowser(exchange)

    exchange.server = place ? context.table.serverBySlug(place.slug) : undefined
    if (context.tokens && place && isForTokens(exchange.server)) {
      const resource = resourceUrl(exchange.forwarded)
      exchange.resource = resource
      if (isMetadataPath(url, place.prefix)) {
        context.oauthSteps.note(exchange, null)
        return answerJson(exchange, protectedResourceMetadata(resource, context.tokens.issuer))
      }
    }
    const answered = authenticate(context, exchange)
    const principal = answered instanceof Promise ? await answered : answered
    exchange.principal = principal
    const { server } = exchange
    if (!server || !place) return
    exchange.uses = usesOf(server, principal)
    admitRequest(context.counts, { server, principal, address: exchange.forwarded.address })
    exchange.forwarded.cookies = place.prefix === '' && server.access === 'own_auth'
    if (principal.kind !== 'anyone') {
      const identity = introduce(context, principal, server)
      exchange.identity = identity instanceof Promise ? await identity : identity
    }
    await forward(context, exchange, server, place.rest)
  } catch (error) {
    const refused = answerError(exchange, error)
    const { code } = refused
    if (exchange.resource && isAccessTokenRefused(exchange))
      context.oauthSteps.note(exchange, refused)
    // A client that leaves is no fault of ours.
    if (code === 'internal' && !req.socket.destroyed)
      context.logger.error({ error, requestId: exchange.requestId }, 'A request failed')
  } finally {
    exchange.endCalls()
    context.inFlight.end(slot)
    context.requestLog.add(exchange)
    context.metrics.note(exchange)
    context.tracing?.end(exchange)
  }
}

/** Of a name without a server too: a stranger is not told which there are. */
function isForTokens(server: ServerEntry | undefined): boolean {
  return server === undefined || server.access === 'private'
}

function isAccessTokenRefused({ principal, req }: Exchange): boolean {
  return principal === null && isAccessToken(req.headers.authorization?.slice(7) ?? '')
}

/** What tells the server who calls. Only the first request of a minute waits for a signature. */
function introduce(
  { identity, keyUse }: Context,
  principal: KnownPrincipal,
  server: ServerEntry,
): readonly string[] | Promise<readonly string[]> {
  if (principal.kind === 'key') keyUse.note(principal.id)
  return identity.cached(principal, server) ?? identity.sign(principal, server)
}

/** `http://host/<slug>` typed into a browser; any other path, and any MCP client, goes to the server. */
function isBrowserAtRoot(req: ClientRequest, place: { rest: string; prefix: string }): boolean {
  return (
    req.method === 'GET' &&
    req.url === (place.prefix || '/') &&
    req.headers.accept?.includes('text/html') === true &&
    !req.headers.accept.includes('text/event-stream')
  )
}
