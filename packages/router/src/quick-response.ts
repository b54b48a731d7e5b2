import { EventEmitter } from 'node:events'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

/** As Node says it (RFC 9110, 6.6.1), remembered for the second that it holds. */
let date = ''
let dateSecond = 0

/**
 * The answer to a QuickRequest. It looks like Node's ServerResponse as far as the router looks at
 * one, and writes the same bytes; head and body go out in one write where they come together.
 * Events: `drain`, `finish`, `close`.
 */
export class QuickResponse extends EventEmitter {
  statusCode = 200
  /** False: the connection ends with this answer. */
  shouldKeepAlive = true
  headersSent = false
  writableEnded = false
  /** All of it has been handed to the system. */
  writableFinished = false
  readonly #socket: Socket
  readonly #keepAliveSeconds: number
  readonly #onEnd: () => void
  /** Not yet written; latin1. */
  #head = ''
  #isChunked = false
  #hasBody = true
  /** Bytes of the body that are still owed, where its length was declared. */
  #owed: number | null = null

  /** `onEnd`: nothing more is written, and the next request may be read. */
  constructor(socket: Socket, keepAliveSeconds: number, onEnd: () => void) {
    super()
    this.#socket = socket
    this.#keepAliveSeconds = keepAliveSeconds
    this.#onEnd = onEnd
  }

  get destroyed(): boolean {
    return this.#socket.destroyed
  }

  get writableNeedDrain(): boolean {
    return this.#socket.writableNeedDrain
  }

  /** Name, value, name, value; none of them about the connection or the body's framing but its length. */
  writeHead(status: number, headers: readonly string[]): this {
    if (this.headersSent) throw new Error('The head was written already.')
    this.statusCode = status
    this.headersSent = true
    let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`
    let hasDate = false
    for (let i = 0; i + 1 < headers.length; i += 2) {
      const [name = '', value = ''] = [headers[i], headers[i + 1]]
      // They would split the answer.
      if (/[\r\n\0]/.test(value)) throw new Error(`The header ${name} cannot be sent.`)
      if (name.length === 4 && name.toLowerCase() === 'date') hasDate = true
      if (name.length === 14 && name.toLowerCase() === 'content-length') this.#owed = Number(value)
      head += `${name}: ${value}\r\n`
    }
    if (!hasDate) head += `Date: ${httpDate()}\r\n`
    head += this.shouldKeepAlive
      ? `Connection: keep-alive\r\nKeep-Alive: timeout=${this.#keepAliveSeconds}\r\n`
      : 'Connection: close\r\n'
    this.#hasBody = status >= 200 && status !== 204 && status !== 304
    this.#isChunked = this.#hasBody && this.#owed === null
    this.#head = this.#isChunked ? `${head}Transfer-Encoding: chunked\r\n\r\n` : `${head}\r\n`
    return this
  }

  /** The head goes out now, though nothing of the body is here. */
  flushHeaders(): void {
    if (this.#head !== '' && !this.destroyed) this.#socket.write(this.#takeHead(), 'latin1')
  }

  /** A string is UTF-8 where nothing else is said. False: the client does not keep up; `drain` says when it does. */
  write(chunk: string | Buffer, encoding?: 'latin1'): boolean {
    if (this.writableEnded || this.destroyed) return false
    if (!this.#hasBody || chunk.length === 0) return true
    const bytes = inBytes(chunk, encoding)
    this.#note(bytes.length)
    return this.#put(bytes, this.#isChunked ? '\r\n' : '')
  }

  end(chunk?: string | Buffer, encoding?: 'latin1'): this {
    if (this.writableEnded) return this
    if (!this.headersSent) this.writeHead(this.statusCode, ['Content-Length', '0'])
    this.writableEnded = true
    if (this.destroyed) return this
    const body = this.#hasBody && chunk ? inBytes(chunk, encoding) : ''
    this.#note(body.length)
    this.#put(body, this.#isChunked ? (body.length > 0 ? '\r\n0\r\n\r\n' : '0\r\n\r\n') : '')
    // Cut short: it must not be taken for whole, nor the next answer for its rest.
    if (this.#hasBody && this.#owed) this.shouldKeepAlive = false
    if (this.#socket.writableLength === 0) this.#finish()
    else this.#socket.write('', () => this.#finish())
    return this
  }

  destroy(): this {
    this.#socket.destroy()
    return this
  }

  #put(body: string | Buffer, after: string): boolean {
    const size = this.#isChunked && body.length > 0 ? `${body.length.toString(16)}\r\n` : ''
    const before = this.#takeHead() + size
    if (typeof body === 'string') {
      const text = before + body + after
      return text === '' || this.#socket.write(text, 'latin1')
    }
    this.#socket.cork()
    if (before) this.#socket.write(before, 'latin1')
    this.#socket.write(body)
    if (after) this.#socket.write(after, 'latin1')
    this.#socket.uncork()
    return !this.#socket.writableNeedDrain
  }

  #takeHead(): string {
    const head = this.#head
    this.#head = ''
    return head
  }

  #note(length: number): void {
    if (this.#owed !== null) this.#owed -= length
  }

  #finish(): void {
    if (this.writableFinished || this.destroyed) return
    this.writableFinished = true
    this.emit('finish')
    this.emit('close')
    if (this.shouldKeepAlive) this.#onEnd()
    else this.#socket.end()
  }
}

/** Such that its length is what goes out: a string of latin1, which is the quickest, or bytes. */
function inBytes(chunk: string | Buffer, encoding: 'latin1' | undefined): string | Buffer {
  return typeof chunk === 'string' && encoding === undefined ? Buffer.from(chunk) : chunk
}

function httpDate(): string {
  const second = Math.floor(Date.now() / 1_000)
  if (second !== dateSecond) {
    dateSecond = second
    date = new Date(second * 1_000).toUTCString()
  }
  return date
}
