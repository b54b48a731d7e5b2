import type { Socket } from 'node:net'

/** The largest body that is waited for here; a larger one is read as it comes, by Node. */
const maxBodyBytes = 64 * 1024
const maxHeadBytes = 16 * 1024

/**
 * A POST of HTTP/1.1 that is in memory as a whole, its body with its length. It looks like Node's
 * IncomingMessage as far as the router looks at one.
 */
export class QuickRequest {
  readonly method = 'POST'
  readonly complete = true
  readonly url: string
  /** Name, value, name, value, as they came. */
  readonly rawHeaders: readonly string[]
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly socket: Socket

  constructor(head: Head, body: Buffer, socket: Socket) {
    this.url = head.url
    this.rawHeaders = head.raw
    this.headers = head.headers
    this.body = body
    this.socket = socket
  }

  destroy(): void {
    this.socket.destroy()
  }
}

type Head = { url: string; raw: string[]; headers: Record<string, string> }

/**
 * `more`: the rest of its body is to come. `other`: anything that is not plainly such a request, and
 * only such a one; Node's parser then has it from its first byte. So what could be read in two ways
 * (RFC 9112, sections 2.2, 3, 5 and 6) is never read here.
 */
export function readQuickRequest(bytes: Buffer, socket: Socket): QuickRequest | 'more' | 'other' {
  const end = bytes.indexOf('\r\n\r\n', 0, 'latin1')
  if (end === -1 || end > maxHeadBytes) return 'other'
  const head = readHead(bytes.toString('latin1', 0, end))
  if (head === null) return 'other'
  const declared = head.headers['content-length'] ?? ''
  const length = /^[1-9]\d{0,4}$/.test(declared) ? Number(declared) : 0
  if (length === 0 || length > maxBodyBytes) return 'other'
  const came = bytes.length - end - 4
  if (came < length) return 'more'
  // The next request right behind it is Node's as well.
  return came > length ? 'other' : new QuickRequest(head, bytes.subarray(end + 4), socket)
}

/** Controls anywhere, and CR and LF that do not stand together. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const unreadable = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/
const requestLine = /^POST (\/[\x21-\x7e]*) HTTP\/1\.1$/
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** What changes how a message is read, or asks for more than an answer. */
const notHere = new Set([
  'expect',
  'http2-settings',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

function readHead(text: string): Head | null {
  if (unreadable.test(text)) return null
  let at = text.indexOf('\r\n')
  const url = requestLine.exec(at === -1 ? text : text.slice(0, at))?.[1]
  if (url === undefined) return null
  const raw: string[] = []
  const headers: Record<string, string> = {}
  while (at !== -1) {
    const from = at + 2
    at = text.indexOf('\r\n', from)
    const colon = text.indexOf(':', from)
    const end = at === -1 ? text.length : at
    if (colon === -1 || colon > end) return null
    const name = headerName(text.slice(from, colon))
    // A name that comes twice, and whatever every object has.
    if (name.lower === null || headers[name.lower] !== undefined) return null
    const value = withoutPadding(text, colon + 1, end)
    headers[name.lower] = value
    raw.push(name.spelled, value)
  }
  if (!headers.host || !isKeptAlive(headers.connection)) return null
  return { url, raw, headers }
}

function isKeptAlive(connection: string | undefined): boolean {
  return connection === undefined || /^keep-alive$/i.test(connection)
}

/** `lower`: null where it is not taken here. */
type HeaderName = { spelled: string; lower: string | null }
/** The same few come with every request; as one and the same string they are found quickly after this. */
const names = new Map<string, HeaderName>()
const rememberedNames = 1_000

function headerName(spelled: string): HeaderName {
  const known = names.get(spelled)
  if (known) return known
  const lower = spelled.toLowerCase()
  const name = { spelled, lower: token.test(spelled) && !notHere.has(lower) ? lower : null }
  if (names.size >= rememberedNames) names.clear()
  names.set(spelled, name)
  return name
}

/** Without the spaces and tabs around it. */
function withoutPadding(text: string, from: number, to: number): string {
  let [first, last] = [from, to]
  while (first < last && isPadding(text.charCodeAt(first))) first += 1
  while (last > first && isPadding(text.charCodeAt(last - 1))) last -= 1
  return text.slice(first, last)
}

function isPadding(code: number): boolean {
  return code === 0x20 || code === 0x09
}
