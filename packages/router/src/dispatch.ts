import type { Target } from './choose-target.ts'
import type { Context } from './context.ts'
import { type Exchange, endStream } from './exchange.ts'
import { filterAnswer } from './filter-answer.ts'
import { requestHeaders } from './headers.ts'
import { addAnswer } from './payload.ts'
import type { RequestBody } from './request-body.ts'
import { ResponseSink } from './response-sink.ts'
import type { InstanceEntry, ServerEntry } from './table.ts'
import type { UpstreamCall, UpstreamHandler } from './upstream-call.ts'

const noHeaders: readonly string[] = []

/** Null: the answer went out, or the client left. Else why not one byte of an answer came. */
export type Failure = { error: Error; wasSent: boolean }

/** Sends the request to the instance, and its answer to the client as it comes. */
export function dispatch(
  context: Context,
  exchange: Exchange,
  to: { server: ServerEntry; target: Target; path: string; body: RequestBody },
): Promise<Failure | null> {
  const { req, res, session } = exchange
  const { server, path, body } = to
  const { instance } = to.target
  return new Promise((resolve) => {
    if (exchange.isOver || res.writableEnded) return resolve(null)
    const headers = requestHeaders(req, {
      server,
      instance,
      forwarded: exchange.forwarded,
      requestId: exchange.requestId,
      identity: exchange.identity,
      callerHeaders:
        server.callerSecrets.length > 0
          ? context.callerSecrets.headersFor(exchange.principal, instance)
          : noHeaders,
      traceparent: exchange.traceparent,
      sessionId: to.target.sessionId,
      dropLastEventId: session?.dropLastEventId ?? false,
    })
    if (session && req.method === 'GET') session.dropLastEventId = false
    const request = { method: req.method ?? 'GET', path, headers }
    const handler = new AnswerHandler(context, exchange, { instance, path, resolve })
    const filtered = exchange.uses.length === 0 ? handler : filterAnswer(exchange, handler)
    context.upstreams.send(instance, request, body, filtered)
  })
}

class AnswerHandler implements UpstreamHandler {
  readonly #exchange: Exchange
  readonly #sink: ResponseSink
  readonly #resolve: (failure: Failure | null) => void
  #wasSent = false

  constructor(
    context: Context,
    exchange: Exchange,
    to: { instance: InstanceEntry; path: string; resolve: (failure: Failure | null) => void },
  ) {
    this.#exchange = exchange
    this.#sink = new ResponseSink(context, exchange, to.instance, to.path)
    this.#resolve = to.resolve
  }

  onSend(call: UpstreamCall): boolean {
    const exchange = this.#exchange
    if (exchange.isOver || exchange.res.writableEnded) {
      this.#resolve(null)
      return false
    }
    this.#wasSent = true
    exchange.call = call
    this.#sink.call = call
    return true
  }

  onHead(status: number, headers: readonly string[]): void {
    this.#exchange.lastByteMs = performance.now()
    this.#sink.start(status, headers)
  }

  onData(chunk: Buffer): boolean {
    const exchange = this.#exchange
    exchange.lastByteMs = performance.now()
    exchange.responseBytes += chunk.length
    if (exchange.payload) addAnswer(exchange.payload, Buffer.from(chunk))
    return this.#sink.write(chunk)
  }

  onEnd(): void {
    this.#exchange.call = null
    this.#sink.end(this.#resolve)
  }

  onError(error: Error): void {
    const exchange = this.#exchange
    const { res } = exchange
    exchange.call = null
    this.#sink.stop()
    const isGone = exchange.isOver || res.writableEnded
    this.#resolve(isGone || res.headersSent ? null : { error, wasSent: this.#wasSent })
    if (isGone || !res.headersSent) return
    // An event stream that breaks may end: clients connect again. A cut body must look cut.
    if (this.#sink.isBetweenEvents()) endStream(exchange, 'The instance closed the stream.')
    // Not before what came has gone out, or the client would take it for a connection that was idle.
    else setImmediate(() => res.destroy())
  }
}
