import type { Duplex } from 'node:stream'
import type { InFlight } from './in-flight.ts'

/**
 * What could not be read as HTTP at all gets a short answer, and the connection ends. Where an
 * answer is on its way already, another one would land in the middle of it.
 */
export function refuseBroken(
  inFlight: InFlight,
  error: Error & { code?: string },
  socket: Duplex,
): void {
  const isAnswering = [...inFlight.all()].some(
    ({ req, res }) => req.socket === socket && res.headersSent,
  )
  if (!socket.writable || isAnswering || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const [status, message] = reason(error.code)
  const body = JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32000, message } })
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function reason(code: string | undefined): [status: string, message: string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return ['431 Request Header Fields Too Large', 'The request headers are too large.']
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['408 Request Timeout', 'The request took too long to arrive.']
    default:
      return ['400 Bad Request', 'The request could not be read.']
  }
}
