/** Where a response's bytes lead. A body's chunk is good only until the call returns: copy it to keep it. */
export type ResponseEvents = {
  /** Name, value, name, value: latin1, as they came. Interim responses (1xx) are left out. */
  onHead(status: number, headers: string[]): void
  onBody(chunk: Buffer): void
  onEnd(): void
}

const maxHeadBytes = 16 * 1024
const maxLineBytes = 1024

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/
const chunkLine =
  /^([0-9a-fA-F]{1,13})(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=[!#$%&'*+\-.^_`|~0-9A-Za-z]+)?)*$/

const empty = Buffer.alloc(0)

type State =
  | 'head'
  | 'length'
  | 'chunk-line'
  | 'chunk'
  | 'chunk-end'
  | 'trailers'
  | 'close'
  | 'done'

/**
 * Reads responses of HTTP/1.1, one at a time, and takes nothing that two readers could take for two
 * things (RFC 9112, sections 6 and 7): one length or one `chunked`, every line with CR LF, no folding.
 * Throws on anything else.
 */
export class ResponseParser {
  /** After the end: may another request follow on this connection? */
  isReusable = false
  /** Seconds that the server keeps the connection, where it says so. */
  keepAliveSeconds: number | null = null
  readonly #events: ResponseEvents
  #state: State = 'done'
  #isHead = false
  #left = 0
  /** The beginning of a head or of a line whose end is still to come. */
  #held: Buffer = empty

  constructor(events: ResponseEvents) {
    this.#events = events
  }

  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** A request was sent; what comes from now on is the response to it. */
  begin(method: string): void {
    this.#state = 'head'
    this.#isHead = method === 'HEAD'
    this.isReusable = true
    this.keepAliveSeconds = null
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) at = this.#read(chunk, at)
  }

  /** The connection has ended. */
  finish(): void {
    if (this.#state === 'done') return
    if (this.#state !== 'close') throw broken('ended before its end')
    this.isReusable = false
    this.#end()
  }

  /** Where the next unread byte is. */
  #read(chunk: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(chunk, at)
      case 'length':
      case 'chunk':
        return this.#readBody(chunk, at)
      case 'close':
        this.#events.onBody(at === 0 ? chunk : chunk.subarray(at))
        return chunk.length
      case 'done':
        throw broken('goes on after its end')
      default:
        return this.#readLine(chunk, at)
    }
  }

  #readHead(chunk: Buffer, at: number): number {
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk.subarray(at)]) : chunk
    const from = bytes === chunk ? at : 0
    const end = bytes.indexOf('\r\n\r\n', from, 'latin1')
    if ((end === -1 ? bytes.length : end) - from > maxHeadBytes) throw broken('has too long a head')
    if (end === -1) {
      this.#held = Buffer.from(bytes.subarray(from))
      return chunk.length
    }
    const before = this.#held.length
    this.#held = empty
    this.#takeHead(bytes.toString('latin1', from, end))
    return at + end + 4 - from - before
  }

  #takeHead(text: string): void {
    const lines = text.split('\r\n')
    const [, minor, code] = statusLine.exec(lines[0] ?? '') ?? []
    if (minor === undefined) throw broken('does not begin as HTTP does')
    const status = Number(code)
    const headers: string[] = []
    for (let i = 1; i < lines.length; i += 1) {
      const [, name, value] = field.exec(lines[i] ?? '') ?? []
      if (name === undefined || value === undefined) throw broken('has a malformed header')
      headers.push(name, value.trimEnd())
    }
    if (status === 101) throw broken('changes the protocol')
    if (status < 200) return
    const framing = this.#framing(headers)
    if (minor === '0') this.isReusable = false
    const isEmpty = this.#isHead || status === 204 || status === 304
    this.#left = isEmpty ? 0 : (framing.length ?? 0)
    if (isEmpty || framing.length !== null) this.#state = 'length'
    else this.#state = framing.isChunked ? 'chunk-line' : 'close'
    this.#events.onHead(status, headers)
    if (this.#state === 'length' && this.#left === 0) this.#end()
  }

  #framing(headers: readonly string[]): { length: number | null; isChunked: boolean } {
    let length: number | null = null
    let isChunked = false
    for (let i = 0; i < headers.length; i += 2) {
      const value = headers[i + 1] ?? ''
      switch (headers[i]?.toLowerCase()) {
        case 'content-length':
          if (length !== null || !/^\d{1,15}$/.test(value)) throw broken('has no one length')
          length = Number(value)
          break
        case 'transfer-encoding':
          if (isChunked || value.toLowerCase() !== 'chunked') throw broken('is encoded strangely')
          isChunked = true
          break
        case 'connection':
          if (/\bclose\b/i.test(value)) this.isReusable = false
          break
        case 'keep-alive': {
          const [, seconds] = /timeout=(\d{1,6})/i.exec(value) ?? []
          if (seconds !== undefined) this.keepAliveSeconds = Number(seconds)
        }
      }
    }
    if (isChunked && length !== null) throw broken('has a length and chunks')
    return { length, isChunked }
  }

  #readBody(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left)
    this.#left -= end - at
    this.#events.onBody(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end))
    if (this.#left > 0) return end
    if (this.#state === 'length') this.#end()
    else this.#state = 'chunk-end'
    return end
  }

  /** A chunk's size, the end of its data, or a trailer. */
  #readLine(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(10, at)
    const upTo = end === -1 ? chunk.length : end + 1
    const part = chunk.subarray(at, upTo)
    if (this.#held.length + part.length > maxLineBytes) throw broken('has too long a line')
    const line = this.#held.length > 0 ? Buffer.concat([this.#held, part]) : part
    this.#held = end === -1 ? Buffer.from(line) : empty
    if (end === -1) return upTo
    if (line[line.length - 2] !== 13) throw broken('has a line that ends without CR LF')
    this.#takeLine(line.toString('latin1', 0, line.length - 2))
    return upTo
  }

  #takeLine(line: string): void {
    if (this.#state === 'chunk-end') {
      if (line !== '') throw broken('has a chunk of another size')
      this.#state = 'chunk-line'
    } else if (this.#state === 'chunk-line') {
      const size = chunkLine.exec(line)?.[1]
      if (size === undefined) throw broken('has a chunk of no size')
      this.#left = Number.parseInt(size, 16)
      this.#state = this.#left === 0 ? 'trailers' : 'chunk'
    } else if (line === '') this.#end()
    else if (!field.test(line)) throw broken('has a malformed trailer')
  }

  #end(): void {
    this.#state = 'done'
    this.#events.onEnd()
  }
}

function broken(how: string): Error {
  return new Error(`The response ${how}.`)
}
