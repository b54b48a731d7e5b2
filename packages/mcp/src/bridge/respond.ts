import type { ServerResponse } from 'node:http'
import { errorResponse, type Id } from './json-rpc.ts'

/** A JSON body with a status. Harmless where the client is gone. */
export function respond(res: ServerResponse, status: number, body: string): void {
  if (res.headersSent) return
  res.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  })
  res.end(body)
}

/** A JSON-RPC error with an HTTP status. */
export function refuse(
  res: ServerResponse,
  status: number,
  code: number,
  message: string,
  about: { id?: Id | null | undefined; data?: unknown } = {},
): void {
  respond(res, status, JSON.stringify(errorResponse(about.id ?? null, code, message, about.data)))
}

/** Opens an event stream, and tells proxies to hold nothing back. */
export function openEventStream(res: ServerResponse): void {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  })
  res.flushHeaders()
}
