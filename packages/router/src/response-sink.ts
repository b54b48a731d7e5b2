import type { Context } from './context.ts'
import { openEndpoint } from './endpoints.ts'
import {
  createEventBoundary,
  createEventReader,
  type EventBoundary,
  parseEvent,
} from './event-stream.ts'
import type { Exchange } from './exchange.ts'
import { type ResponseHeaders, responseHeaders } from './headers.ts'
import { createEndpointRewriter } from './legacy-endpoint.ts'
import { noteQuestion, noteResponse } from './note-response.ts'
import { corsHeaders } from './origin.ts'
import { questionId, rpcErrorCode } from './rpc-message.ts'
import type { Session } from './sessions.ts'
import type { InstanceEntry } from './table.ts'
import type { UpstreamCall } from './upstream-call.ts'

/** The client's side of an answer: bytes out as they come in, with what the log needs read in passing. */
export class ResponseSink {
  /** Resumed when the client keeps up again. */
  call: UpstreamCall | null = null
  readonly #context: Context
  readonly #exchange: Exchange
  readonly #instance: InstanceEntry
  readonly #path: string
  #head: ResponseHeaders | null = null
  #boundary: EventBoundary | null = null
  #transform: ((chunk: Buffer) => Buffer | null) | null = null
  /** It is a list that a caller may get again while the instance sleeps. */
  #isList = false
  #readList: ((chunk: Buffer) => void) | null = null
  #endpoint: Session[] = []
  /** A JSON answer for as long as it is small enough to be looked into; latin1. */
  #peeked: string | null = ''
  /** The first bytes of an answer, held for as long as the rest may come with them; null: sent. */
  #first: Kept | null | undefined
  /** What has to wait until all that the client is about to learn of its session is written down. */
  #held: (() => void)[] | null = null
  #unwritten = 0
  #isListening = false

  constructor(context: Context, exchange: Exchange, instance: InstanceEntry, path: string) {
    this.#context = context
    this.#exchange = exchange
    this.#instance = instance
    this.#path = path
  }

  start(status: number, raw: readonly string[]): void {
    const exchange = this.#exchange
    const instance = this.#instance
    const head = responseHeaders(raw, {
      instance,
      forwarded: exchange.forwarded,
      clientSessionId: exchange.session?.id ?? null,
    })
    this.#head = head
    this.#isList = status === 200 && exchange.message?.listKey != null && !head.isEncoded
    this.#holdUntil(noteResponse(this.#context, exchange, instance, status, head.sessionId))
    if (head.isEventStream && !head.isEncoded) this.#startEvents()
    if (this.#held) this.#held.push(() => this.#writeHead(status, head.headers))
    else this.#writeHead(status, head.headers)
  }

  /** False: the client does not keep up; the call is resumed when it does. */
  write(chunk: Buffer): boolean {
    if (this.#held) {
      const kept = Buffer.from(chunk)
      this.#held.push(() => this.write(kept))
      return false
    }
    if (this.#head?.isEventStream) return this.#writeEvents(chunk)
    const kept = keep(chunk)
    if (this.#head?.isJson && this.#peeked !== null) this.#peek(kept)
    if (this.#first === undefined) {
      this.#first = kept
      process.nextTick(putFirst, this)
      return true
    }
    this.putFirst()
    return this.#send(kept)
  }

  end(onEnded: (failure: null) => void): void {
    if (this.#held) return void this.#held.push(() => this.end(onEnded))
    const { res } = this.#exchange
    if (this.#peeked && !this.#head?.isEncoded && this.#peeked.includes('"error"'))
      this.#exchange.rpcErrorCode = rpcErrorCode(Buffer.from(this.#peeked, 'latin1'))
    if (this.#peeked && this.#isList) this.#keepList(Buffer.from(this.#peeked, 'latin1').toString())
    this.stop()
    // Head and body as one string go out in one write, which is what most answers come to.
    if (this.#first) res.end(this.#first, 'latin1')
    else res.end()
    this.#first = null
    onEnded(null)
  }

  stop(): void {
    this.#held = null
    this.call = null
    this.#exchange.put = never
    for (const session of this.#endpoint) this.#context.sessions.remove(session)
  }

  isBetweenEvents(): boolean {
    return this.#boundary?.isBetween() === true
  }

  putFirst(): void {
    if (this.#first && !this.#exchange.res.destroyed)
      this.#exchange.res.write(this.#first, 'latin1')
    this.#first = null
  }

  /** At once, unless the first bytes are here already and have gone out with it. */
  flushHead(): void {
    const { res } = this.#exchange
    if (!res.destroyed && !res.writableEnded) res.flushHeaders()
  }

  #peek(bytes: Kept): void {
    const { peekBytes } = this.#context.limits
    if ((this.#peeked ?? '').length + bytes.length > peekBytes) this.#peeked = null
    else this.#peeked += typeof bytes === 'string' ? bytes : bytes.toString('latin1')
  }

  #holdUntil(written: Promise<void> | null): void {
    if (!written) return
    this.#held ??= []
    this.#unwritten += 1
    void written.then(() => {
      this.#unwritten -= 1
      if (this.#unwritten > 0) return
      const waiting = this.#held ?? []
      this.#held = null
      for (const go of waiting) go()
      this.call?.resume()
    })
  }

  #writeHead(status: number, headers: string[]): void {
    const { res, requestId, origin } = this.#exchange
    headers.push('Moorage-Request-Id', requestId)
    if (origin !== null) headers.push(...corsHeaders(origin))
    res.writeHead(status, headers)
    process.nextTick(flushHead, this)
  }

  #writeEvents(chunk: Buffer): boolean {
    this.#peekEvents(chunk)
    this.#readList?.(chunk)
    const out = this.#transform ? this.#transform(chunk) : chunk
    return out === null || this.#putEvents(out)
  }

  #putEvents(out: Buffer): boolean {
    if (this.#held) {
      const kept = Buffer.from(out)
      this.#held.push(() => this.#putEvents(kept))
      return false
    }
    this.#boundary?.push(out)
    return this.#send(keep(out))
  }

  #send(bytes: Kept): boolean {
    const { res } = this.#exchange
    const keepsUp = res.write(bytes, 'latin1')
    if (keepsUp || this.#isListening) return keepsUp
    this.#isListening = true
    res.on('drain', () => this.call?.resume())
    return false
  }

  #startEvents(): void {
    const exchange = this.#exchange
    const boundary = createEventBoundary()
    const { res, req } = exchange
    this.#boundary = boundary
    exchange.isStream = true
    exchange.put = (bytes) => {
      const isFree = !this.#held && boundary.isBetween() && !res.writableNeedDrain
      if (!isFree || res.writableEnded) return false
      res.write(bytes)
      return true
    }
    const isNotifications = req.method === 'GET'
    exchange.isIdleStream = () =>
      this.#endpoint.length > 0
        ? !this.#endpoint.some(({ pending }) => pending && pending.size > 0)
        : isNotifications
          ? !exchange.session?.inFlight.has(this.#instance.id)
          : exchange.message?.method === 'subscriptions/listen'
    if (this.#isList)
      this.#readList = createEventReader(
        ({ data }) => this.#keepList(data),
        this.#context.limits.peekBytes,
      )
    if (isNotifications && exchange.session === null) this.#transform = this.#legacyStream()
  }

  #keepList(body: string): void {
    this.#context.knownLists.keep(this.#exchange, this.#instance, this.#path, body)
  }

  #legacyStream(): (chunk: Buffer) => Buffer | null {
    const context = this.#context
    const exchange = this.#exchange
    const instance = this.#instance
    const place = { path: this.#path, forwarded: exchange.forwarded, instance }
    const readAnswers = createEventReader(({ data }) => settle(this.#endpoint, data), 64 * 1024)
    const rewrite = createEndpointRewriter(place, (inner) => {
      this.#endpoint = openEndpoint(context, exchange, instance, inner)
      this.#holdUntil(context.sessionStore.written())
    })
    return (chunk) => {
      const out = rewrite(chunk)
      if (this.#endpoint.length > 0) readAnswers(chunk)
      return out
    }
  }

  #peekEvents(chunk: Buffer): void {
    if (this.#head?.isEncoded) return
    const { session } = this.#exchange
    if (!chunk.includes('"error"') && !(session && chunk.includes('"method"'))) return
    for (const block of chunk.toString('utf8').split(/\r\n\r\n|\n\n|\r\r/))
      this.#peekEvent(parseEvent(block).data)
  }

  #peekEvent(data: string): void {
    const exchange = this.#exchange
    exchange.rpcErrorCode ??= rpcErrorCode(Buffer.from(data))
    const question = exchange.session ? questionId(data) : null
    if (question !== null)
      this.#holdUntil(noteQuestion(this.#context, exchange.session, question, this.#instance))
  }
}

const never = () => false

/** As a string in latin1 where that is quicker. */
type Kept = string | Buffer
const longestText = 8 * 1024

function keep(chunk: Buffer): Kept {
  return chunk.length > longestText ? Buffer.from(chunk) : chunk.toString('latin1')
}

/** Not closures, as there is one of each for every answer. */
function putFirst(sink: ResponseSink): void {
  sink.putFirst()
}

function flushHead(sink: ResponseSink): void {
  sink.flushHead()
}

/** An answer came on the stream: the request with its id is no longer under way. */
function settle(endpoint: Session[], data: string): void {
  const id = /"id":\s*("[^"]*"|-?\d+)/.exec(data)?.[1]
  if (endpoint.length === 0 || id === undefined || !/"(?:result|error)":/.test(data)) return
  const answered = id.startsWith('"') ? id.slice(1, -1) : Number(id)
  for (const { pending } of endpoint) pending?.delete(answered)
}
