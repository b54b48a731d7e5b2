import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type QuickRequest, readQuickRequest } from './quick-request.ts'
import { QuickResponse } from './quick-response.ts'

/** A request as the router looks at it, by whichever way it came. */
export type ClientRequest = IncomingMessage | QuickRequest
export type ClientResponse = ServerResponse | QuickResponse

/** The connections whose requests Node's HTTP server does not see. */
export type QuickFront = {
  closeIdle(): void
  closeAll(): void
}

/** What is begun and does not go on for so long is Node's, which has caps for it and answers. */
const patienceMs = 1_000

/**
 * Reads what nearly all requests are (quick-request.ts) itself, as Node's HTTP server takes a third of
 * the time that there is for one, and gives any connection to it, from the first byte that is not yet
 * answered, as soon as anything else comes on it.
 */
export function createQuickFront(
  server: Server,
  onRequest: (req: QuickRequest, res: QuickResponse) => void,
): QuickFront {
  const connections = new Set<Connection>()
  const [toNode] = server.listeners('connection')
  server.removeAllListeners('connection')
  const owner: Owner = {
    keepAliveMs: server.keepAliveTimeout,
    onRequest,
    toNode: (socket) => toNode?.call(server, socket),
    gone: (connection) => void connections.delete(connection),
  }
  server.on('connection', (socket: Socket) => void connections.add(new Connection(socket, owner)))

  const sweepMs = Math.min(patienceMs, server.headersTimeout / 2)
  const timer = setInterval(() => {
    const now = performance.now()
    for (const connection of connections) connection.sweep(now)
  }, sweepMs)
  timer.unref()
  server.once('close', () => clearInterval(timer))

  return {
    closeIdle: () => {
      for (const connection of connections) connection.closeIfIdle()
    },
    closeAll: () => {
      for (const connection of connections) connection.close()
    },
  }
}

type Owner = {
  keepAliveMs: number
  onRequest(req: QuickRequest, res: QuickResponse): void
  toNode(socket: Socket): void
  gone(connection: Connection): void
}

class Connection {
  readonly #socket: Socket
  readonly #owner: Owner
  /** The one that is being answered. */
  #res: QuickResponse | null = null
  /** Came, and is not yet dealt with. */
  #held: Buffer | null = null
  #hasAnswered = false
  #sinceMs = performance.now()

  constructor(socket: Socket, owner: Owner) {
    this.#socket = socket
    this.#owner = owner
    socket.on('data', this.#onData)
    socket.on('drain', this.#onDrain)
    socket.on('end', this.#onSocketEnd)
    socket.on('error', nothing)
    socket.on('close', this.#onClose)
  }

  sweep(now: number): void {
    if (this.#res) return
    const quietMs = now - this.#sinceMs
    if (this.#held || !this.#hasAnswered) {
      if (quietMs >= patienceMs / 2) this.#handOver()
    } else if (quietMs >= this.#owner.keepAliveMs) this.close()
  }

  closeIfIdle(): void {
    if (!this.#res && !this.#held && this.#hasAnswered) this.close()
  }

  close(): void {
    this.#socket.destroy()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#held = this.#held ? Buffer.concat([this.#held, chunk]) : chunk
    // The next one waits for its turn, and so does whoever sends it.
    if (this.#res) this.#socket.pause()
    else this.#next()
  }

  #next(): void {
    if (!this.#held) return
    const read = readQuickRequest(this.#held, this.#socket)
    if (read === 'more') return
    if (read === 'other') {
      this.#handOver()
      return
    }
    this.#held = null
    const seconds = Math.floor(this.#owner.keepAliveMs / 1_000)
    this.#res = new QuickResponse(this.#socket, seconds, this.#onAnswered)
    this.#owner.onRequest(read, this.#res)
  }

  readonly #onAnswered = (): void => {
    this.#res = null
    this.#hasAnswered = true
    this.#sinceMs = performance.now()
    if (this.#socket.isPaused()) this.#socket.resume()
    // Not from within the answer to the last one.
    if (this.#held) process.nextTick(() => this.#res ?? this.#next())
  }

  readonly #onDrain = (): void => {
    this.#res?.emit('drain')
  }

  /** Closing one half is how a client that leaves looks, to Node's server as well. */
  readonly #onSocketEnd = (): void => {
    this.close()
  }

  readonly #onClose = (): void => {
    this.#owner.gone(this)
    const res = this.#res
    this.#res = null
    if (res && !res.writableFinished) res.emit('close')
  }

  #handOver(): void {
    const socket = this.#socket
    this.#owner.gone(this)
    socket.off('data', this.#onData)
    socket.off('drain', this.#onDrain)
    socket.off('end', this.#onSocketEnd)
    socket.off('error', nothing)
    socket.off('close', this.#onClose)
    if (socket.destroyed) return
    socket.pause()
    if (this.#held) socket.unshift(this.#held)
    this.#held = null
    this.#owner.toNode(socket)
    socket.resume()
  }
}

const nothing = () => {}
