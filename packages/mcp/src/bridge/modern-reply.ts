import type { ServerResponse } from 'node:http'
import type { Message } from './json-rpc.ts'
import { openEventStream, respond } from './respond.ts'

/** What a POST of 2026-07-28 is answered with: JSON, or a stream where something comes before the answer. */
export type ModernReply = {
  notify(message: Message): void
  /** `status` counts where it is still open: before the first notification. */
  finish(message: Message, status?: number): void
}

/** A client that waits longer than this gets a stream, which keeps proxies from giving up. */
const quietMs = 5000
const keepAliveMs = 15_000
const maxBacklogBytes = 16 * 1024 * 1024

/** `onCancel`: the client closed before the answer, which takes its request back ("Cancellation"). */
export function createModernReply(res: ServerResponse, onCancel: () => void): ModernReply {
  let keepAlive: NodeJS.Timeout | undefined
  const quiet = setTimeout(open, quietMs)
  res.on('close', () => {
    clearTimeout(quiet)
    clearInterval(keepAlive)
    if (!res.writableFinished) onCancel()
  })

  function open(): void {
    if (res.headersSent) return
    clearTimeout(quiet)
    openEventStream(res)
    keepAlive = setInterval(() => res.write(': still at it\n\n'), keepAliveMs)
  }
  const write = (message: Message) =>
    res.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`)

  return {
    notify(message) {
      open()
      // Whoever does not keep up loses its request: nobody else waits for it.
      if (res.writableLength > maxBacklogBytes) res.destroy()
      else write(message)
    },
    finish(message, status = 200) {
      clearTimeout(quiet)
      if (!res.headersSent) return respond(res, status, JSON.stringify(message))
      write(message)
      res.end()
    },
  }
}
