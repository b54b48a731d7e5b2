import type { IncomingMessage } from 'node:http'
import type { InstanceEntry, ServerEntry } from './table.ts'

/** How the client reached us, as the server behind needs to know it to build URLs. */
export type Forwarded = {
  for: string
  /** The client's own address. */
  address: string
  proto: string
  host: string
  prefix: string
  /** The server has this host name for itself and does its own sign-in: cookies are its business. */
  cookies: boolean
}

/**
 * Hop-by-hop (RFC 9110, 7.6.1), or said anew by us, or none of the server's business: cookies are
 * those of our host, and Origin was judged at the edge.
 */
const notSent = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'origin',
  'proxy',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-real-ip',
])

const notReturned = new Set([
  'alt-svc',
  'clear-site-data',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'set-cookie',
  'strict-transport-security',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Many servers take `_` for `-`, as CGI and WSGI do. */
const ours = /^(?:moorage|x[-_]forwarded)[-_]/

/** Name, value, name, value: as they came, but for the rules above and the session's id. */
export function requestHeaders(
  req: IncomingMessage,
  to: {
    server: ServerEntry
    instance: InstanceEntry
    forwarded: Forwarded
    requestId: string
    identity: readonly string[]
    /** Null: the client's own, if it sent one. */
    traceparent: string | null
    /** Undefined: as it came. Null: this instance keeps no sessions. */
    sessionId: string | null | undefined
    dropLastEventId: boolean
  },
): string[] {
  const named = connectionNames(req.headers.connection)
  const headers = ['Host', to.instance.hostHeader]
  const { remote } = to.instance
  const taken = remote ? namesOf(remote.headers) : none
  const raw = req.rawHeaders
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]]
    const lower = name.toLowerCase()
    if (named.has(lower) || ours.test(lower)) continue
    if (notSent.has(lower) && !(lower === 'cookie' && to.forwarded.cookies)) continue
    if (lower === 'authorization' && to.server.access !== 'own_auth') continue
    if (remote && (lower === 'authorization' || lower === 'cookie' || taken.has(lower))) continue
    if (lower === 'traceparent' && to.traceparent !== null) continue
    if (lower === 'mcp-session-id' && to.sessionId !== undefined) continue
    if (lower === 'last-event-id' && to.dropLastEventId) continue
    headers.push(name, value)
  }
  if (to.traceparent !== null) headers.push('Traceparent', to.traceparent)
  if (typeof to.sessionId === 'string') headers.push('Mcp-Session-Id', to.sessionId)
  headers.push(...(remote?.headers ?? ownHeaders(to)))
  return headers
}

/** What only we may say of a request. */
export function ownHeaders(to: {
  forwarded: Forwarded
  requestId: string
  identity: readonly string[]
}): string[] {
  return [
    ...forwardedHeaders(to.forwarded),
    ...to.identity,
    ...['Moorage-Request-Id', to.requestId],
  ]
}

function forwardedHeaders(forwarded: Forwarded): string[] {
  return [
    'X-Forwarded-For',
    forwarded.for,
    'X-Forwarded-Proto',
    forwarded.proto,
    'X-Forwarded-Host',
    forwarded.host,
    ...(forwarded.prefix ? ['X-Forwarded-Prefix', forwarded.prefix] : []),
  ]
}

export type ResponseHeaders = {
  headers: string[]
  isEventStream: boolean
  isJson: boolean
  /** Encoded bytes can be neither read nor added to. */
  isEncoded: boolean
  hasLength: boolean
  sessionId: string | null
}

/**
 * The server's answer as the client gets it. `raw` is undici's: latin1 bytes. The client's session
 * id stays what it was, whatever the instance behind calls it now.
 */
export function responseHeaders(
  raw: readonly (Buffer | string)[],
  from: { instance: InstanceEntry; forwarded: Forwarded; clientSessionId: string | null },
): ResponseHeaders {
  const named = connectionNames(connectionOf(raw))
  const found: ResponseHeaders = {
    headers: [],
    isEventStream: false,
    isJson: false,
    isEncoded: false,
    hasLength: false,
    sessionId: null,
  }
  let unbuffered = false
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name, value] = [text(raw[i]), text(raw[i + 1])]
    const lower = name.toLowerCase()
    const isCookie = lower === 'set-cookie' && from.forwarded.cookies
    if (named.has(lower) || (notReturned.has(lower) && !isCookie)) continue
    if (lower.startsWith('moorage-') || lower.startsWith('access-control-')) continue
    // A remote that refuses our credentials says nothing of the client's.
    if (lower === 'www-authenticate' && from.instance.remote) continue
    let kept = value
    if (lower === 'content-type') {
      found.isEventStream = /^text\/event-stream\b/i.test(value)
      found.isJson = /^application\/json\b/i.test(value)
    } else if (lower === 'content-encoding') found.isEncoded = value.toLowerCase() !== 'identity'
    else if (lower === 'content-length') found.hasLength = true
    else if (lower === 'x-accel-buffering') unbuffered = true
    else if (lower === 'location') kept = outerLocation(value, from)
    else if (lower === 'www-authenticate') kept = outerChallenge(value, from)
    else if (isCookie) kept = value.replace(/;\s*domain=[^;]*/gi, '')
    else if (lower === 'mcp-session-id') {
      found.sessionId = value
      kept = from.clientSessionId ?? value
    }
    found.headers.push(name, kept)
  }
  if (found.isEventStream && !unbuffered) found.headers.push('X-Accel-Buffering', 'no')
  return found
}

/** A redirect to the server's own paths, seen from outside: under the slug, at our host. */
function outerLocation(
  location: string,
  { instance, forwarded }: { instance: InstanceEntry; forwarded: Forwarded },
): string {
  if (location.startsWith('/') && !location.startsWith('//')) return outerPath(location, forwarded)
  const url = URL.canParse(location) ? new URL(location) : null
  const own = [instance.hostHeader, new URL(instance.origin).host, forwarded.host]
  if (!url || !own.includes(url.host)) return location
  const path = url.pathname + url.search + url.hash
  return `${forwarded.proto}://${forwarded.host}${outerPath(path, forwarded)}`
}

/** Where the challenge of a server that does its own OAuth leads clients (RFC 9728, 5.1). */
function outerChallenge(challenge: string, from: Parameters<typeof outerLocation>[1]): string {
  return challenge.replace(
    /(\bresource_metadata=")([^"]*)/i,
    (_, name: string, url: string) => name + outerLocation(url, from),
  )
}

/** A server that honours X-Forwarded-Prefix has put it there already. */
function outerPath(path: string, { prefix }: Forwarded): string {
  return path === prefix || path.startsWith(`${prefix}/`) ? path : prefix + path
}

/** Connection may name further headers that are for this hop only. */
function connectionNames(connection: string | undefined): Set<string> {
  if (connection === undefined || /^(keep-alive|close)$/i.test(connection)) return none
  return new Set(
    connection
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  )
}

const none: Set<string> = new Set()

function connectionOf(raw: readonly (Buffer | string)[]): string | undefined {
  const nameLength = 'connection'.length
  for (let i = 0; i + 1 < raw.length; i += 2)
    if (raw[i]?.length === nameLength && /^connection$/i.test(text(raw[i]))) return text(raw[i + 1])
  return undefined
}

function text(part: Buffer | string | undefined): string {
  return typeof part === 'object' ? part.toString('latin1') : (part ?? '')
}

function namesOf(flat: readonly string[]): Set<string> {
  return new Set(flat.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()))
}
