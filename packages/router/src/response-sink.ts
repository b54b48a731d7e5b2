import type { Context } from './context.ts'
import { openEndpoint } from './endpoints.ts'
import { createEventBoundary, createEventReader, parseEvent } from './event-stream.ts'
import type { Exchange } from './exchange.ts'
import { type ResponseHeaders, responseHeaders } from './headers.ts'
import { createEndpointRewriter } from './legacy-endpoint.ts'
import { noteQuestion, noteResponse } from './note-response.ts'
import { corsHeaders } from './origin.ts'
import { questionId, rpcErrorCode } from './rpc-message.ts'
import type { Session } from './sessions.ts'
import type { InstanceEntry } from './table.ts'

/** The client's side of an answer: bytes out as they come in, with what the log needs read in passing. */
export type ResponseSink = {
  start(status: number, raw: (Buffer | string)[]): void
  /** False: the client does not keep up; wait for onDrain. */
  write(chunk: Buffer): boolean
  end(onEnded: () => void): void
  stop(): void
  onDrain(resume: () => void): void
  isBetweenEvents(): boolean
}

const keepAliveComment = Buffer.from(': keep-alive\n\n')

export function createResponseSink(
  context: Context,
  exchange: Exchange,
  instance: InstanceEntry,
  path: string,
): ResponseSink {
  const { req, res } = exchange
  const boundary = createEventBoundary()
  let head: ResponseHeaders | null = null
  let transform: ((chunk: Buffer) => Buffer | null) | null = null
  let endpoint: Session[] = []
  let peeked: Buffer[] | null = []
  let peekedBytes = 0
  let resume: (() => void) | null = null
  /** The first bytes of an answer, held for as long as the rest may come with them; null: sent. */
  let first: Buffer | null | undefined
  /** What has to wait until all that the client is about to learn of its session is written down. */
  let held: (() => void)[] | null = null
  let unwritten = 0

  function holdUntil(written: Promise<void> | null): void {
    if (!written) return
    held ??= []
    unwritten += 1
    void written.then(() => {
      unwritten -= 1
      if (unwritten > 0) return
      const waiting = held ?? []
      held = null
      for (const go of waiting) go()
      resume?.()
    })
  }

  function start(status: number, raw: (Buffer | string)[]): void {
    head = responseHeaders(raw, {
      instance,
      forwarded: exchange.forwarded,
      clientSessionId: exchange.session?.id ?? null,
    })
    holdUntil(noteResponse(context, exchange, instance, status, head.sessionId))
    if (head.isEventStream && !head.isEncoded) startEvents()
    const { headers, isEventStream } = head
    if (held) held.push(() => writeHead(status, headers, isEventStream))
    else writeHead(status, headers, isEventStream)
  }

  function writeHead(status: number, headers: string[], isEventStream: boolean): void {
    res.writeHead(status, [
      ...headers,
      ...['Moorage-Request-Id', exchange.requestId],
      ...corsHeaders(exchange.origin),
    ])
    // At once, unless the first bytes are here already and go out with them.
    if (isEventStream) res.flushHeaders()
    else process.nextTick(() => res.destroyed || res.flushHeaders())
  }

  function startEvents(): void {
    exchange.isStream = true
    exchange.keepAlive = () => {
      if (held || !boundary.isBetween() || res.writableNeedDrain || res.writableEnded) return
      res.write(keepAliveComment)
    }
    const isNotifications = req.method === 'GET'
    exchange.isIdleStream = () =>
      endpoint.length > 0
        ? !endpoint.some(({ pending }) => pending && pending.size > 0)
        : isNotifications
          ? !exchange.session?.inFlight.has(instance.id)
          : exchange.message?.method === 'subscriptions/listen'
    if (isNotifications && exchange.session === null) transform = legacyStream()
  }

  function legacyStream(): (chunk: Buffer) => Buffer | null {
    const { forwarded } = exchange
    const readAnswers = createEventReader(({ data }) => settle(endpoint, data), 64 * 1024)
    const rewrite = createEndpointRewriter({ path, forwarded, instance }, (inner) => {
      endpoint = openEndpoint(context, exchange, instance, inner)
      holdUntil(context.sessionStore.written())
    })
    return (chunk) => {
      const out = rewrite(chunk)
      if (endpoint.length > 0) readAnswers(chunk)
      return out
    }
  }

  function peek(chunk: Buffer): void {
    if (!head || head.isEncoded) return
    if (head.isEventStream) {
      if (!chunk.includes('"error"') && !(exchange.session && chunk.includes('"method"'))) return
      for (const block of chunk.toString('utf8').split(/\r\n\r\n|\n\n|\r\r/))
        peekEvent(parseEvent(block).data)
    } else if (head.isJson && peeked) {
      peekedBytes += chunk.length
      if (peekedBytes > context.limits.peekBytes) peeked = null
      else peeked.push(chunk)
    }
  }

  function peekEvent(data: string): void {
    exchange.rpcErrorCode ??= rpcErrorCode(Buffer.from(data))
    const question = exchange.session ? questionId(data) : null
    if (question !== null) holdUntil(noteQuestion(context, exchange.session, question, instance))
  }

  function stop(): void {
    held = null
    exchange.keepAlive = () => {}
    for (const session of endpoint) context.sessions.remove(session)
    if (resume) res.off('drain', resume)
  }

  function write(chunk: Buffer): boolean {
    if (held) {
      held.push(() => write(chunk))
      return false
    }
    peek(chunk)
    const out = transform ? transform(chunk) : chunk
    return out === null || put(out)
  }

  function put(out: Buffer): boolean {
    if (held) {
      held.push(() => put(out))
      return false
    }
    if (head?.isEventStream) boundary.push(out)
    else if (first === undefined) {
      first = out
      process.nextTick(putFirst)
      return true
    }
    putFirst()
    return res.write(out)
  }

  function putFirst(): void {
    if (first && !res.destroyed) res.write(first)
    first = null
  }

  function end(onEnded: () => void): void {
    if (held) return void held.push(() => end(onEnded))
    if (head?.isJson && peeked) exchange.rpcErrorCode = rpcErrorCode(Buffer.concat(peeked))
    stop()
    // Head and body as one string go out in one write, which is what most answers come to.
    if (first) res.end(first.toString('latin1'), 'latin1')
    else res.end()
    first = null
    onEnded()
  }

  return {
    start,
    write,
    end,
    stop,
    onDrain: (listener) => {
      resume = listener
      res.on('drain', listener)
    },
    isBetweenEvents: () => head?.isEventStream === true && boundary.isBetween(),
  }
}

/** An answer came on the stream: the request with its id is no longer under way. */
function settle(endpoint: Session[], data: string): void {
  const id = /"id":\s*("[^"]*"|-?\d+)/.exec(data)?.[1]
  if (endpoint.length === 0 || id === undefined || !/"(?:result|error)":/.test(data)) return
  const answered = id.startsWith('"') ? id.slice(1, -1) : Number(id)
  for (const { pending } of endpoint) pending?.delete(answered)
}
