import { isDeepStrictEqual } from 'node:util'
import { answerError } from './answer.ts'
import { isStillAllowed, keyRefused, usesOf } from './authenticate.ts'
import type { Context } from './context.ts'
import { type Exchange, endStream } from './exchange.ts'
import { silentUpstream } from './refusal.ts'
import type { ServerEntry, Table } from './table.ts'

const keepAliveComment = Buffer.from(': keep-alive\n\n')

/** Comments on quiet streams, and an end to exchanges that nothing moves any more. */
export function tendStreams({ inFlight, limits }: Context): void {
  const now = performance.now()
  for (const exchange of inFlight.all()) {
    const quietMs = now - exchange.lastByteMs
    if (quietMs >= limits.idleMs) giveUp(exchange)
    else if (Math.min(quietMs, now - exchange.lastCommentMs) >= limits.keepAliveMs) {
      exchange.lastCommentMs = now
      exchange.put(keepAliveComment)
    }
  }
}

/** A stream does not outlive the key that opened it, nor the server. */
export function endForbidden({ inFlight, table }: Context): void {
  for (const exchange of inFlight.all()) {
    const { server, principal } = exchange
    if (!server || !principal) continue
    if (isStillAllowed(table, server.id, principal)) {
      endOutdated(table, exchange, server)
      continue
    }
    // As if it came now; what has begun to be answered breaks off.
    answerError(exchange, keyRefused())
    exchange.call?.abort(new Error('The key is no longer good.'))
  }
}

/** A stream for notifications begins anew under the rules of now: the client connects again. */
function endOutdated({ server, keyByHash }: Table, exchange: Exchange, { id }: ServerEntry): void {
  const { principal, uses } = exchange
  const now = server(id)
  if (!now || !principal || !isForNotifications(exchange)) return
  const key = principal.kind === 'key' ? keyByHash(principal.key.hash) : undefined
  const current = usesOf(now, principal.kind === 'key' && key ? { ...principal, key } : principal)
  if (uses.length + current.length === 0 || isDeepStrictEqual(uses, current)) return
  endStream(exchange, 'What the caller may use has changed.')
}

function isForNotifications({ req, res, message }: Exchange): boolean {
  const isListening = req.method === 'GET' || message?.method === 'subscriptions/listen'
  return isListening && res.headersSent
}

/**
 * At an instance that drains, a stream that carries nothing but notifications would hold up the
 * drain for good. It ends; the client connects again and its session is opened on the new instance.
 */
export function endIdleStreams({ inFlight, table }: Context): void {
  for (const exchange of inFlight.all()) {
    const { instance, session, endpoint, server } = exchange
    if (!instance || !exchange.isIdleStream()) continue
    const now = table.instance(instance.id)
    // One that is to fall asleep does not, for as long as a stream is open.
    if (now?.current || now?.sleeping) continue
    const staysThere = (session ?? endpoint) && server && !table.server(server.id)?.reopenSessions
    if (!staysThere) endStream(exchange, 'The instance is being replaced.')
  }
}

/** At the end of this router: every stream for notifications, wherever it leads. */
export function endAllIdleStreams({ inFlight }: Context): void {
  for (const exchange of inFlight.all())
    if (exchange.isIdleStream()) endStream(exchange, 'The router is going away.')
}

function giveUp(exchange: Exchange): void {
  if (exchange.res.headersSent) {
    endStream(exchange, 'Nothing came for too long.')
    return
  }
  answerError(exchange, silentUpstream())
  exchange.call?.abort(new Error('The instance did not answer.'))
}
