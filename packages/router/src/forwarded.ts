import type { IncomingMessage } from 'node:http'
import type { Forwarded } from './headers.ts'

/**
 * How the client reached us. What X-Forwarded-* says counts only behind a front that is trusted to
 * set them itself; from anyone else it is forgery.
 */
export function forwardedFrom(req: IncomingMessage, trustProxy: boolean): Forwarded {
  const peer = req.socket.remoteAddress ?? 'unknown'
  const host = req.headers.host ?? ''
  if (!trustProxy) return { for: peer, proto: 'http', host, prefix: '' }
  const chain = header(req, 'x-forwarded-for')
  return {
    for: chain ? `${chain}, ${peer}` : peer,
    proto: header(req, 'x-forwarded-proto') === 'https' ? 'https' : 'http',
    host: header(req, 'x-forwarded-host') ?? host,
    prefix: '',
  }
}

function header(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name]
  return typeof value === 'string' ? value : undefined
}
