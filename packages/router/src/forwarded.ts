import type { Forwarded } from './headers.ts'
import type { ClientRequest } from './quick-front.ts'

/**
 * How the client reached us. What X-Forwarded-* says counts only behind a front that is trusted to
 * set them itself; from anyone else it is forgery.
 */
export function forwardedFrom(req: ClientRequest, trustProxy: boolean): Forwarded {
  const peer = req.socket.remoteAddress ?? 'unknown'
  const host = req.headers.host ?? ''
  const own = { prefix: '', cookies: false }
  const proto = 'encrypted' in req.socket ? 'https' : 'http'
  if (!trustProxy) return { ...own, for: peer, address: peer, proto, host }
  const chain = header(req, 'x-forwarded-for')
  return {
    ...own,
    for: chain ? `${chain}, ${peer}` : peer,
    // What the front itself has seen; whatever stands before is the client's own word.
    address: chain?.split(',').at(-1)?.trim() ?? peer,
    proto: header(req, 'x-forwarded-proto') === 'https' ? 'https' : proto,
    host: header(req, 'x-forwarded-host') ?? host,
  }
}

function header(req: ClientRequest, name: string): string | undefined {
  const value = req.headers[name]
  return typeof value === 'string' ? value : undefined
}
