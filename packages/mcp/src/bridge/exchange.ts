import type { ServerResponse } from 'node:http'
import { idKey, type Message, type Request } from './json-rpc.ts'
import { respond } from './respond.ts'
import type { SseStream } from './sse-stream.ts'

/** A client's POST with requests in it, and what it is answered with: JSON or an event stream. */
export type Exchange = {
  readonly requests: readonly Request[]
  readonly streamId: string
  /** The client takes messages of the server's on it. */
  readonly takesMessages: boolean
  /** A request or notification of the server's that belongs here. */
  sendMessage(line: string): void
  /** The answer to one of its requests. */
  answer(message: Message, line: string): void
  isDone(): boolean
  /** Its client is still there. */
  isConnected(): boolean
}

/** A client that waits longer than this gets a stream: it shows that the server lives, and can be resumed. */
const quietMs = 5000

/** `accepts`: what the client can read. JSON where the answer comes first, a stream otherwise. */
export function createExchange(options: {
  requests: readonly Request[]
  isBatch: boolean
  accepts: { json: boolean; stream: boolean }
  res: ServerResponse
  stream: SseStream
}): Exchange {
  const { requests, res, stream, accepts, isBatch } = options
  const open = new Set(requests.map(({ id }) => idKey(id)))
  const collected: string[] = []
  let streaming = false
  const timer = accepts.stream ? setTimeout(startStream, quietMs) : undefined

  function startStream(): void {
    if (streaming) return
    clearTimeout(timer)
    streaming = true
    // A client that is gone may come back and resume.
    if (!res.closed) stream.attach(res)
  }

  function finish(): void {
    clearTimeout(timer)
    if (streaming) stream.end()
    else respond(res, 200, isBatch ? `[${collected.join()}]` : collected.join())
  }

  return {
    requests,
    streamId: stream.id,
    takesMessages: accepts.stream,
    sendMessage(line) {
      startStream()
      stream.send(line)
    },
    answer(message, line) {
      open.delete(idKey(message.id))
      // A session that did not come to be has no id.
      if (message.error && !res.headersSent) res.removeHeader('Mcp-Session-Id')
      if (!accepts.json || (isBatch && accepts.stream)) startStream()
      if (streaming) stream.send(line)
      else collected.push(line)
      if (open.size === 0) finish()
    },
    isDone: () => open.size === 0,
    isConnected: () => (streaming ? stream.isAttached() : !res.closed),
  }
}
