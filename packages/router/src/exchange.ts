import type { Uses } from '@moorage/domain/policy'
import type { Span } from '@opentelemetry/api'
import type { Principal } from './authenticate.ts'
import type { Forwarded } from './headers.ts'
import type { Payload } from './payload.ts'
import type { ClientRequest, ClientResponse } from './quick-front.ts'
import { newRequestId } from './request-id.ts'
import type { RpcMessage } from './rpc-message.ts'
import type { Session } from './sessions.ts'
import type { InstanceEntry, ServerEntry } from './table.ts'
import type { UpstreamCall } from './upstream-call.ts'

/** One request and its answer, from the first byte to the last. */
export type Exchange = {
  readonly req: ClientRequest
  readonly res: ClientResponse
  readonly requestId: string
  readonly atMs: number
  readonly startedMs: number
  /** Allowed by the rules of origin.ts; null where none was sent. */
  origin: string | null
  forwarded: Forwarded
  server: ServerEntry | undefined
  principal: Principal | null
  /** What the caller may use of the server; none: everything. */
  uses: readonly Uses[]
  /** The URL that an access token must be for; null where none is asked for. */
  resource: string | null
  /** What tells the server who calls: names and values. */
  identity: readonly string[]
  /** Null: traces are off. */
  span: Span | null
  traceparent: string | null
  message: RpcMessage | null
  session: Session | null
  /** The HTTP+SSE session that this is the stream of, or a POST to. */
  endpoint: Session | null
  instance: InstanceEntry | null
  /** Null: this server's payloads are not kept. */
  payload: Payload | null
  requestBytes: number
  responseBytes: number
  rpcErrorCode: number | null
  /** Why the router has refused it, where the log says so. */
  refusedBy: 'policy' | null
  lastByteMs: number
  lastCommentMs: number
  /** The answer is a stream of events, and has begun. */
  isStream: boolean
  /** Where a stream carries nothing but notifications, a drain need not wait for it. */
  isIdleStream: () => boolean
  /** Puts events or a comment into the answer; false: it is no stream of events, or cannot take them now. */
  put: (bytes: Buffer) => boolean
  /** The request to the instance, while it is under way. */
  call: UpstreamCall | null
  /** Gives back the places that its tool calls take. */
  endCalls: () => void
  /** The client is gone, or the answer is through. */
  isOver: boolean
}

const never = () => false
const nothing = () => {}
const none: readonly never[] = []
const unknown = { for: '', address: '', proto: 'http', host: '', prefix: '', cookies: false }

export function beginExchange(req: ClientRequest, res: ClientResponse): Exchange {
  const startedMs = performance.now()
  const exchange: Exchange = {
    req,
    res,
    requestId: newRequestId(),
    atMs: Date.now(),
    startedMs,
    origin: null,
    forwarded: unknown,
    server: undefined,
    principal: null,
    uses: none,
    resource: null,
    identity: none,
    span: null,
    traceparent: null,
    message: null,
    session: null,
    endpoint: null,
    instance: null,
    payload: null,
    requestBytes: 0,
    responseBytes: 0,
    rpcErrorCode: null,
    refusedBy: null,
    lastByteMs: startedMs,
    lastCommentMs: startedMs,
    isStream: false,
    isIdleStream: never,
    put: never,
    call: null,
    endCalls: nothing,
    isOver: false,
  }
  // It comes once; `once` would only cost more.
  res.on('close', () => {
    exchange.isOver = true
    if (!res.writableFinished) exchange.call?.abort(new Error('The client closed the connection.'))
  })
  return exchange
}

/** Ends a stream as if the instance had: the client connects again. */
export function endStream(exchange: Exchange, reason: string): void {
  exchange.res.end()
  exchange.call?.abort(new Error(reason))
}
