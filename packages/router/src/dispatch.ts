import type { Dispatcher } from 'undici'
import type { Target } from './choose-target.ts'
import type { Context } from './context.ts'
import { type Exchange, endStream } from './exchange.ts'
import { requestHeaders } from './headers.ts'
import { addAnswer } from './payload.ts'
import type { RequestBody } from './request-body.ts'
import { createResponseSink } from './response-sink.ts'
import type { ServerEntry } from './table.ts'

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
    const sink = createResponseSink(context, exchange, instance, path)
    let wasSent = false

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (controller) => {
        if (exchange.isOver || res.writableEnded)
          return controller.abort(new Error('The client is gone.'))
        wasSent = true
        exchange.abort = (reason) => controller.abort(reason)
        sink.onDrain(() => controller.resume())
      },
      onResponseStart: (controller, status) => {
        // 103 and the like are for this hop, and no sign of an answer to come.
        if (status < 200) return
        exchange.lastByteMs = performance.now()
        sink.start(status, rawHeaders(controller))
      },
      onResponseData: (controller, chunk) => {
        exchange.lastByteMs = performance.now()
        exchange.responseBytes += chunk.length
        if (exchange.payload) addAnswer(exchange.payload, chunk)
        if (!sink.write(chunk)) controller.pause()
      },
      onResponseEnd: () => {
        sink.end(() => resolve(null))
      },
      onResponseError: (_controller, error) => {
        sink.stop()
        if (exchange.isOver || res.writableEnded) return resolve(null)
        if (!res.headersSent) return resolve({ error, wasSent })
        // An event stream that breaks may end: clients connect again. A cut body must look cut.
        if (sink.isBetweenEvents()) endStream(exchange, 'The instance closed the stream.')
        else res.destroy()
        resolve(null)
      },
    }

    const headers = requestHeaders(req, {
      server,
      instance,
      forwarded: exchange.forwarded,
      requestId: exchange.requestId,
      identity: exchange.identity,
      traceparent: exchange.traceparent,
      sessionId: to.target.sessionId,
      dropLastEventId: session?.dropLastEventId ?? false,
    })
    if (session && req.method === 'GET') session.dropLastEventId = false
    if (body.kind === 'stream' && body.length !== null)
      headers.push('Content-Length', String(body.length))
    const options: Dispatcher.DispatchOptions = {
      method: req.method ?? 'GET',
      path,
      headers,
      body: body.kind === 'held' ? body.bytes : body.kind === 'stream' ? body.stream : null,
    }
    try {
      context.upstreams.pool(instance).dispatch(options, handler)
    } catch (error) {
      resolve({ error: error instanceof Error ? error : new Error(String(error)), wasSent })
    }
  })
}

function rawHeaders(controller: Dispatcher.DispatchController): (Buffer | string)[] {
  return Array.isArray(controller.rawHeaders) ? controller.rawHeaders : []
}
