import type { ServerResponse } from 'node:http'
import type { Id } from './json-rpc.ts'
import { refuse } from './respond.ts'

/** A request that gets nowhere: an HTTP status, a JSON-RPC code, and words. */
export class BadRequest extends Error {
  readonly status: number
  readonly code: number
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, code: number, message: string, retryAfterSeconds?: number) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }

  /** As a JSON-RPC error; `id` where the request's is known. */
  send(res: ServerResponse, id: Id | null): void {
    res.removeHeader('Mcp-Session-Id')
    if (this.retryAfterSeconds !== undefined) res.setHeader('Retry-After', this.retryAfterSeconds)
    refuse(res, this.status, this.code, this.message, { id })
  }
}
