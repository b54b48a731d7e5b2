import { connect, type Socket } from 'node:net'
import { type ResponseEvents, ResponseParser } from './response-parser.ts'
import type { UpstreamCall, UpstreamHandler, UpstreamRequest } from './upstream-call.ts'

const connectMs = 5_000
/** Below the 5 s after which uvicorn and Node close an idle connection. */
const idleMs = 4_000

/** What is read is dealt with before anything else is read, so one place is enough for all. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024)

/** HTTP/1.1 to one instance on this machine: a connection carries one request at a time and stays for the next. */
export type PlainClient = {
  send(request: UpstreamRequest, body: Buffer | null, handler: UpstreamHandler): void
  /** Lets go of connections that have been idle for too long. */
  sweep(): void
  /** Idle connections go now, others with what is under way on them. */
  close(): void
  /** All go now. */
  destroy(): void
}

/** Leaner than any general client, as the router has but this one use of it: see ARCHITECTURE.md. */
export function createPlainClient(origin: string): PlainClient {
  const { hostname, port } = new URL(origin)
  const at = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) }
  /** The one used last is at the end, and is taken first. */
  const idle: Connection[] = []
  const all = new Set<Connection>()
  let isClosed = false

  function fresh(): Connection | undefined {
    for (let one = idle.pop(); one; one = idle.pop()) {
      if (one.isFresh()) return one
      one.destroy()
    }
    return undefined
  }

  const owner: Owner = {
    free: (connection) => {
      if (isClosed) connection.destroy()
      else idle.push(connection)
    },
    gone: (connection) => {
      all.delete(connection)
      const place = idle.indexOf(connection)
      if (place !== -1) idle.splice(place, 1)
    },
  }

  function opened(): Connection {
    const connection = new Connection(at, owner)
    all.add(connection)
    return connection
  }

  function close(): void {
    isClosed = true
    for (const connection of idle.splice(0)) connection.destroy()
  }

  return {
    send: (request, body, handler) => {
      const bytes = encode(request, body)
      const connection = fresh() ?? opened()
      connection.send(request.method, bytes, handler)
    },
    sweep: () => {
      while (idle[0] && !idle[0].isFresh()) idle.shift()?.destroy()
    },
    close,
    destroy: () => {
      close()
      for (const connection of [...all]) connection.destroy()
    },
  }
}

type Owner = { free(connection: Connection): void; gone(connection: Connection): void }
type Waiting = { method: string; bytes: Buffer; handler: UpstreamHandler }

class Connection implements ResponseEvents, UpstreamCall {
  readonly #socket: Socket
  readonly #owner: Owner
  readonly #parser = new ResponseParser(this)
  #handler: UpstreamHandler | null = null
  #waiting: Waiting | null = null
  #isConnected = false
  #wantsMore = true
  #error: Error | null = null
  #idleUntilMs = 0

  constructor(at: { host: string; port: number }, owner: Owner) {
    this.#owner = owner
    const onread = { buffer: readBuffer, callback: (length: number) => this.#read(length) }
    this.#socket = connect({ ...at, noDelay: true, onread })
    const timer = setTimeout(() => this.#fail(new Error('No connection in time.')), connectMs)
    this.#socket.once('connect', () => {
      clearTimeout(timer)
      this.#isConnected = true
      const waiting = this.#waiting
      this.#waiting = null
      if (waiting) this.send(waiting.method, waiting.bytes, waiting.handler)
    })
    this.#socket.on('error', (error) => {
      this.#error ??= error
    })
    this.#socket.once('close', () => {
      clearTimeout(timer)
      this.#closed()
    })
  }

  /** Not yet so long idle that the other side may be about to close it. */
  isFresh(): boolean {
    return !this.#socket.destroyed && performance.now() < this.#idleUntilMs
  }

  send(method: string, bytes: Buffer, handler: UpstreamHandler): void {
    if (!this.#isConnected) {
      this.#waiting = { method, bytes, handler }
      return
    }
    if (!handler.onSend(this)) {
      this.#release()
      return
    }
    this.#handler = handler
    this.#parser.begin(method)
    this.#socket.write(bytes)
  }

  abort(reason: Error): void {
    this.#fail(reason)
  }

  resume(): void {
    this.#wantsMore = true
    this.#socket.resume()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  onHead(status: number, headers: string[]): void {
    this.#handler?.onHead(status, headers)
  }

  onBody(chunk: Buffer): void {
    if (this.#handler?.onData(chunk) === false) this.#wantsMore = false
  }

  onEnd(): void {
    const handler = this.#handler
    this.#handler = null
    handler?.onEnd()
  }

  /** False: no more for now. */
  #read(length: number): boolean {
    this.#wantsMore = true
    try {
      this.#parser.push(readBuffer.subarray(0, length))
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
      return true
    }
    if (this.#parser.isDone && !this.#socket.destroyed) this.#done()
    return this.#wantsMore
  }

  #done(): void {
    this.#wantsMore = true
    if (this.#parser.isReusable) this.#release()
    else this.destroy()
  }

  #release(): void {
    const keptMs = ((this.#parser.keepAliveSeconds ?? Number.POSITIVE_INFINITY) - 1) * 1_000
    this.#idleUntilMs = performance.now() + Math.min(idleMs, keptMs)
    if (keptMs <= 0) this.destroy()
    else this.#owner.free(this)
  }

  /** Whoever waits is told at once; the socket follows. */
  #fail(error: Error): void {
    this.#error ??= error
    this.#socket.destroy()
    this.#tell()
  }

  #closed(): void {
    this.#owner.gone(this)
    try {
      this.#parser.finish()
    } catch (error) {
      this.#error ??= error instanceof Error ? error : null
    }
    this.#tell()
  }

  #tell(): void {
    const handler = this.#handler ?? this.#waiting?.handler
    this.#handler = null
    this.#waiting = null
    handler?.onError(this.#error ?? new Error('The connection ended.'))
  }
}

/** Nothing in here splits: names and values come from parsers that refuse CR, LF and NUL, or from us. */
function encode({ method, path, headers }: UpstreamRequest, body: Buffer | null): Buffer {
  if (!/^[\x21-\xff]+$/.test(path)) throw new Error('The path cannot be sent.')
  let head = `${method} ${path} HTTP/1.1\r\n`
  for (let i = 0; i + 1 < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
  const length = body?.length ?? (expectsBody.has(method) ? 0 : null)
  head += length === null ? '\r\n' : `Content-Length: ${length}\r\n\r\n`
  const bytes = Buffer.allocUnsafe(head.length + (body?.length ?? 0))
  bytes.write(head, 0, 'latin1')
  body?.copy(bytes, head.length)
  return bytes
}

const expectsBody = new Set(['POST', 'PUT', 'PATCH'])
