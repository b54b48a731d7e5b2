import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { startChild } from './child.ts'
import { createExchange, type Exchange } from './exchange.ts'
import type { Holder } from './holders.ts'
import {
  errorResponse,
  type Id,
  idKey,
  isId,
  isRecord,
  isRequest,
  type Message,
  serverError,
} from './json-rpc.ts'
import { log } from './log.ts'
import { createSessionStreams } from './session-streams.ts'

/** What came in one POST: messages, and the lines that the child gets for them. */
export type Incoming = {
  messages: readonly Message[]
  lines: readonly string[]
  isBatch: boolean
  accepts: { json: boolean; stream: boolean }
}
export type LegacySession = Holder & {
  readonly id: string
  /** Agreed on in initialize; null before. */
  protocolVersion(): string | null
  /** An id of a request that is still open cannot be used again. */
  isOpen(message: Message): boolean
  /** Answers `res` in time. False: the child leaves too much unread. */
  post(incoming: Incoming, res: ServerResponse): boolean
  /** A GET stream. False: the event to resume after is not known any more. */
  listen(res: ServerResponse, lastEventId: string | undefined): boolean
}

/**
 * A session up to 2025-11-25: one child that is the server of it, and takes and gives every message as
 * it is.
 */
export function startLegacySession(
  command: readonly [string, ...string[]],
  onGone: (session: LegacySession) => void,
): LegacySession {
  const id = randomUUID()
  const exchanges = new Map<string, Exchange>()
  let usedAt = Date.now()
  let protocolVersion: string | null = null
  let endedBecause: string | null = null

  const child = startChild(command, (message, line) => {
    usedAt = Date.now()
    if (message.method === undefined) answer(message, line)
    else streams.deliver(message, line)
  })
  // 2025-11-25, Transports, "Sending Messages to the Server", 6: from then on a stream opens with an id.
  const streams = createSessionStreams(child, () => (protocolVersion ?? '') >= '2025-11-25')
  void child.gone.then((why) => {
    log(`session ${id}: ${endedBecause ?? why}`)
    for (const exchange of new Set(exchanges.values()))
      for (const request of exchange.requests) fail(request.id, endedBecause ?? why)
    streams.end()
    onGone(session)
  })

  function answer(message: Message, line: string): void {
    const key = idKey(message.id)
    const exchange = exchanges.get(key)
    // Without one the client took its request back.
    if (exchange === undefined) return
    exchanges.delete(key)
    if (protocolVersion === null && exchange.requests[0]?.method === 'initialize') {
      const version = isRecord(message.result) ? message.result.protocolVersion : undefined
      if (typeof version === 'string') protocolVersion = version
      else void session.end('The server did not take initialize.')
    }
    exchange.answer(message, line)
    if (exchange.isDone()) streams.delete(exchange)
  }

  function fail(requestId: Id, why: string): void {
    const message = errorResponse(requestId, serverError, why)
    answer(message, JSON.stringify(message))
  }

  const session: LegacySession = {
    id,
    protocolVersion: () => protocolVersion,
    isOpen: (request) => exchanges.has(idKey(request.id)),
    post({ messages, lines, isBatch, accepts }, res) {
      const requests = messages.filter(isRequest)
      usedAt = Date.now()
      if (!lines.every(child.send)) return false
      if (requests.length === 0) res.writeHead(202).end()
      else {
        const stream = streams.createPostStream()
        const exchange = createExchange({ requests, isBatch, accepts, res, stream })
        for (const request of requests) exchanges.set(idKey(request.id), exchange)
        streams.add(exchange)
      }
      // The child owes no answer any more, but the client's HTTP request needs an end.
      for (const { method, params } of messages)
        if (method === 'notifications/cancelled' && isId(params?.requestId))
          fail(params.requestId, 'The client took the request back.')
      return true
    },
    listen: streams.listen,
    idleSince() {
      const isBusy =
        streams.hasListeners() || [...exchanges.values()].some((one) => one.isConnected())
      if (isBusy) usedAt = Date.now()
      return isBusy ? null : usedAt
    },
    end(why) {
      endedBecause ??= why
      return child.stop()
    },
  }
  return session
}
