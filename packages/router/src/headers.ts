import { foldHeader } from '@moorage/domain/caller-secrets'
import type { ClientRequest } from './quick-front.ts'
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

/** What depends on more than the header's name. */
const conditional = new Set([
  'authorization',
  'cookie',
  'last-event-id',
  'mcp-session-id',
  'traceparent',
])

/** Sent, not sent, or the name in lower case where more has to be looked at. */
type Sending = true | false | string
const sendings = new Map<string, Sending>()
const rememberedNames = 1_000

/** Remembered by the spelling that came, as the same few names come with every request. */
function sendingOf(name: string): Sending {
  let sending = sendings.get(name)
  if (sending !== undefined) return sending
  const lower = name.toLowerCase()
  sending = conditional.has(lower) ? lower : !notSent.has(lower) && !ours.test(lower)
  if (sendings.size >= rememberedNames) sendings.clear()
  sendings.set(name, sending)
  return sending
}

/** Name, value, name, value: as they came, but for the rules above and the session's id. */
export function requestHeaders(
  req: ClientRequest,
  to: {
    server: ServerEntry
    instance: InstanceEntry
    forwarded: Forwarded
    requestId: string
    identity: readonly string[]
    /** What the caller hands to this server; no client says it by itself. */
    callerHeaders: readonly string[]
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
  const asked = to.server.callerSecrets
  const raw = req.rawHeaders
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]]
    const sending = sendingOf(name)
    if (sending === false) continue
    if (named.size > 0 && named.has(name.toLowerCase())) continue
    if (taken.size > 0 && taken.has(name.toLowerCase())) continue
    if (asked.length > 0 && isAsked(asked, name)) continue
    if (sending !== true && !isSent(sending, to)) continue
    headers.push(name, value)
  }
  if (to.traceparent !== null) headers.push('Traceparent', to.traceparent)
  if (typeof to.sessionId === 'string') headers.push('Mcp-Session-Id', to.sessionId)
  pushOwnHeaders(headers, to.instance, to)
  return headers
}

function isAsked(asked: ServerEntry['callerSecrets'], name: string): boolean {
  return asked.some(({ header }) => foldHeader(header) === foldHeader(name))
}

function isSent(lower: string, to: Parameters<typeof requestHeaders>[1]): boolean {
  const isRemote = to.instance.remote !== null
  switch (lower) {
    case 'authorization':
      return to.server.access === 'own_auth' && !isRemote
    case 'cookie':
      return to.forwarded.cookies && !isRemote
    case 'traceparent':
      return to.traceparent === null
    case 'mcp-session-id':
      return to.sessionId === undefined
    case 'last-event-id':
      return !to.dropLastEventId
    default:
      return true
  }
}

/** What only we may say of a request; a remote server gets its operator's headers in place of who calls. */
export function pushOwnHeaders(
  headers: string[],
  { remote }: InstanceEntry,
  to: Own & { callerHeaders: readonly string[] },
): void {
  if (remote) pushWithout(headers, remote.headers, to.callerHeaders)
  else pushIdentity(headers, to)
  for (const part of to.callerHeaders) headers.push(part)
}

type Own = { forwarded: Forwarded; requestId: string; identity: readonly string[] }

function pushIdentity(headers: string[], { forwarded, requestId, identity }: Own): void {
  headers.push('X-Forwarded-For', forwarded.for, 'X-Forwarded-Proto', forwarded.proto)
  headers.push('X-Forwarded-Host', forwarded.host)
  if (forwarded.prefix) headers.push('X-Forwarded-Prefix', forwarded.prefix)
  for (const part of identity) headers.push(part)
  headers.push('Moorage-Request-Id', requestId)
}

/** The operator's own, but for what the caller has given in their place. */
function pushWithout(headers: string[], all: readonly string[], given: readonly string[]): void {
  const replaced = given.length > 0 ? namesOf(given) : none
  for (let i = 0; i + 1 < all.length; i += 2) {
    const [name = '', value = ''] = [all[i], all[i + 1]]
    if (!replaced.has(name.toLowerCase())) headers.push(name, value)
  }
}

export type ResponseHeaders = {
  headers: string[]
  isEventStream: boolean
  isJson: boolean
  /** Encoded bytes can be neither read nor added to. */
  isEncoded: boolean
  sessionId: string | null
}

/**
 * The server's answer as the client gets it. The client's session
 * id stays what it was, whatever the instance behind calls it now.
 */
export function responseHeaders(
  raw: readonly string[],
  from: { instance: InstanceEntry; forwarded: Forwarded; clientSessionId: string | null },
): ResponseHeaders {
  const named = connectionNames(connectionOf(raw))
  const found: ResponseHeaders = {
    headers: [],
    isEventStream: false,
    isJson: false,
    isEncoded: false,
    sessionId: null,
  }
  let unbuffered = false
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]]
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
  if (found.isEventStream) {
    // Comments may come between its events, and some of them not pass.
    found.headers = without(found.headers, 'content-length')
    if (!unbuffered) found.headers.push('X-Accel-Buffering', 'no')
  }
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

function connectionOf(raw: readonly string[]): string | undefined {
  const nameLength = 'connection'.length
  for (let i = 0; i + 1 < raw.length; i += 2)
    if (raw[i]?.length === nameLength && /^connection$/i.test(raw[i] ?? '')) return raw[i + 1]
  return undefined
}

function without(flat: readonly string[], name: string): string[] {
  return flat.filter((_, at) => flat[at - (at % 2)]?.toLowerCase() !== name)
}

function namesOf(flat: readonly string[]): Set<string> {
  return new Set(flat.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()))
}
