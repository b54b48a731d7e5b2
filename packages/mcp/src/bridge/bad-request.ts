import type { ServerResponse } from 'node:http'
import type { Id } from './json-rpc.ts'
import { refuse } from './respond.ts'

/** A request that gets nowhere: an HTTP status, a JSON-RPC error, and when to try again. */
export class BadRequest extends Error {
  readonly status: number
  readonly code: number
  readonly about: { data?: unknown; retryAfterSeconds?: number }

  constructor(status: number, code: number, message: string, about: BadRequest['about'] = {}) {
    super(message)
    this.status = status
    this.code = code
    this.about = about
  }

  /** `id`: the request's, where it is known. */
  send(res: ServerResponse, id: Id | null): void {
    const { data, retryAfterSeconds } = this.about
    if (res.headersSent) return
    res.removeHeader('Mcp-Session-Id')
    if (retryAfterSeconds !== undefined) res.setHeader('Retry-After', retryAfterSeconds)
    refuse(res, this.status, this.code, this.message, { id, data })
  }
}
