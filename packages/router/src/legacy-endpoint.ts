import { parseEvent } from './event-stream.ts'
import type { Forwarded } from './headers.ts'
import type { InstanceEntry } from './table.ts'

const maxHeldBytes = 8 * 1024
const comments = /^(?:\r\n|\n|\r|:[^\r\n]*(?:\r\n|\n|\r))*/

/**
 * The transport of 2024-11-05: the first event of a GET stream names the path for POSTs. Seen from
 * outside that path lies under the slug. Holds back no more than the first event; any other stream
 * passes untouched.
 */
export function createEndpointRewriter(
  place: { path: string; forwarded: Forwarded; instance: InstanceEntry },
  onEndpoint: (pathAndQuery: string) => void,
): (chunk: Buffer) => Buffer | null {
  let held: Buffer | null = Buffer.alloc(0)
  return (chunk) => {
    if (held === null) return chunk
    const all: Buffer = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    const text = all.toString('latin1')
    const before = comments.exec(text)?.[0] ?? ''
    const [block = '', first = '', end = ''] =
      /^(.*?)(\r\n\r\n|\n\n|\r\r)/s.exec(text.slice(before.length)) ?? []
    if (!block && all.length <= maxHeldBytes && mayBeEndpoint(text.slice(before.length))) {
      held = all
      return null
    }
    held = null
    const { event, data } = parseEvent(first)
    if (event !== 'endpoint') return all
    const inner = innerEndpoint(data, place)
    if (inner === null) return all
    onEndpoint(inner)
    const rewritten = `${before}event: endpoint\ndata: ${place.forwarded.prefix}${inner}${end}`
    return Buffer.concat([
      Buffer.from(rewritten, 'latin1'),
      all.subarray(before.length + block.length),
    ])
  }
}

/** Anything else than `event: endpoint` ends the wait. */
function mayBeEndpoint(start: string): boolean {
  if (start === '' || start.startsWith(':') || start.startsWith('data:')) return true
  const line = start.split(/[\r\n]/, 1)[0] ?? ''
  return (
    /^event: ?endpoint$/.test(line) ||
    'event: endpoint'.startsWith(line) ||
    'event:endpoint'.startsWith(line)
  )
}

/** Path and query at the instance, or null where the endpoint is at another host. */
function innerEndpoint(
  data: string,
  { path, forwarded, instance }: { path: string; forwarded: Forwarded; instance: InstanceEntry },
): string | null {
  const base = new URL(path, instance.origin)
  if (!URL.canParse(data, base)) return null
  const url = new URL(data, base)
  const own = [base.host, instance.hostHeader, forwarded.host]
  if (!own.includes(url.host)) return null
  const inner = url.pathname + url.search
  const { prefix } = forwarded
  return prefix && inner.startsWith(`${prefix}/`) ? inner.slice(prefix.length) : inner
}

/**
 * What in a URL tells one HTTP+SSE session from another: the longer values of its query, or else
 * its path. Any of them leads to the session, so a URL written differently does not get around its owner.
 */
export function endpointTokens(pathAndQuery: string): string[] {
  const url = new URL(pathAndQuery, 'http://instance')
  const values = [...url.searchParams.values()].filter((value) => value.length >= 8)
  return values.length > 0 ? values : [url.pathname]
}
