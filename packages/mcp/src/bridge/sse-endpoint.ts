import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BadRequest } from './bad-request.ts'
import { startChild } from './child.ts'
import type { Holder, Holders } from './holders.ts'
import {
  errorResponse,
  type Id,
  idKey,
  internalError,
  isRequest,
  type Message,
  serverError,
} from './json-rpc.ts'
import { log } from './log.ts'
import { readMessages } from './read-messages.ts'
import { openEventStream } from './respond.ts'
import { writeEvent } from './write-event.ts'

/** What a POST of an SSE session brings. False: the child leaves too much unread. */
type Post = (messages: readonly Message[], lines: readonly string[]) => boolean

/**
 * HTTP+SSE, 2024-11-05: GET opens a stream, whose first event says where to POST; everything comes back
 * on the stream. One child for each stream. Its functions throw BadRequest.
 */
export function createSseEndpoint(
  command: readonly [string, ...string[]],
  path: string,
  holders: Holders,
) {
  const sessions = new Map<string, Post>()

  async function open(res: ServerResponse): Promise<void> {
    if (!(await holders.admit()))
      throw new BadRequest(503, serverError, holders.capMessage, { retryAfterSeconds: 5 })
    const id = randomUUID()
    const requests = new Map<string, Id>()
    const write = (line: string) => writeEvent(child, res, `event: message\ndata: ${line}\n\n`)
    const child = startChild(command, (message, line) => {
      if (message.method === undefined) requests.delete(idKey(message.id))
      write(line)
    })
    const holder: Holder = { idleSince: () => null, end: () => child.stop() }
    holders.add(holder)
    sessions.set(id, (messages, lines) => {
      if (!lines.every(child.send)) return false
      for (const one of messages.filter(isRequest)) requests.set(idKey(one.id), one.id)
      return true
    })
    res.on('close', () => {
      sessions.delete(id)
      void child.stop()
    })
    openEventStream(res)
    res.write(`event: endpoint\ndata: ${path}?sessionId=${id}\n\n`)
    const why = await child.gone
    log(`session ${id}: ${why}`)
    sessions.delete(id)
    holders.release(holder)
    for (const open of requests.values())
      write(JSON.stringify(errorResponse(open, internalError, why)))
    res.end()
  }

  return {
    get: open,
    post(req: IncomingMessage, res: ServerResponse, body: unknown, text: string): void {
      const id = new URL(req.url ?? '/', 'http://bridge').searchParams.get('sessionId')
      const post = sessions.get(id ?? '')
      if (!post) throw new BadRequest(id ? 404 : 400, serverError, 'Session not found')
      const { messages, lines } = readMessages(body, text)
      if (!post(messages, lines))
        throw new BadRequest(503, serverError, 'The server does not read what it is sent.')
      res.writeHead(202).end('Accepted')
    },
  }
}
