import type { ServerResponse } from 'node:http'
import type { Child } from './child.ts'
import { createEventLog } from './event-log.ts'
import type { Exchange } from './exchange.ts'
import { isRecord, type Message } from './json-rpc.ts'
import { log } from './log.ts'
import { createSseStream, type SseStream } from './sse-stream.ts'
import { writeEvent } from './write-event.ts'

const maxWaiting = 256

/**
 * The event streams of one session, and which of them a message of the server's own takes: progress
 * the POST with its token, changes of lists and resources a GET, all else the newest open POST. Where
 * there is no such stream it takes one of the other kind, or waits for the next that opens.
 */
export function createSessionStreams(child: Child, isPrimed: () => boolean) {
  const events = createEventLog()
  const exchanges = new Set<Exchange>()
  const posts = new Map<string, SseStream>()
  const gets = new Set<SseStream>()
  let waiting: string[] = []
  let count = 0

  function createStream(id: string): SseStream {
    const write = (res: ServerResponse, text: string) => writeEvent(child, res, text)
    return createSseStream({ id, log: events, isPrimed: isPrimed(), write })
  }

  function openGet(res: ServerResponse, stream: SseStream, missed: { id: string; data: string }[]) {
    gets.add(stream)
    res.on('close', () => gets.delete(stream))
    stream.attach(res, missed)
    flush(stream.send)
  }

  function flush(send: (line: string) => void): void {
    const lines = waiting
    waiting = []
    for (const line of lines) send(line)
  }

  function senderFor(message: Message): ((line: string) => void) | undefined {
    const open = [...exchanges].filter(({ takesMessages }) => takesMessages)
    if (message.method === 'notifications/progress') {
      const token = message.params?.progressToken
      const its = open.find((one) => one.requests.some((request) => tokenOf(request) === token))
      if (its) return its.sendMessage
    }
    const post = open.findLast((one) => one.isConnected())?.sendMessage
    const get = [...gets].at(-1)?.send
    return isChange(message) ? (get ?? post) : (post ?? get)
  }

  return {
    /** The stream of a POST, which opens with its first event. */
    createPostStream(): SseStream {
      const stream = createStream(`p${count++}`)
      posts.set(stream.id, stream)
      return stream
    },
    add(exchange: Exchange): void {
      exchanges.add(exchange)
      if (exchange.takesMessages) flush(exchange.sendMessage)
    },
    delete(exchange: Exchange): void {
      exchanges.delete(exchange)
      posts.delete(exchange.streamId)
    },
    deliver(message: Message, line: string): void {
      const send = senderFor(message)
      if (send) return void send(line)
      waiting.push(line)
      if (waiting.length <= maxWaiting) return
      waiting = waiting.slice(maxWaiting / 2)
      log(
        `child ${child.pid}: no stream is open, the oldest ${maxWaiting / 2} messages are left out`,
      )
    },
    /** A GET: a stream of its own, or one continued. False: what it missed is not known any more. */
    listen(res: ServerResponse, lastEventId: string | undefined): boolean {
      if (lastEventId === undefined) {
        openGet(res, createStream(`g${count++}`), [])
        return true
      }
      const missed = events.after(lastEventId)
      if (missed === null) return false
      const post = posts.get(missed.stream)
      const stream = post ?? createStream(missed.stream)
      if (missed.stream.startsWith('g')) openGet(res, stream, missed.events)
      else stream.attach(res, missed.events)
      if (post) flush(post.send)
      // All that was ever to come on it is said.
      else if (missed.stream.startsWith('p')) stream.end()
      return true
    },
    hasListeners: () => gets.size > 0,
    end(): void {
      for (const stream of gets) stream.end()
    },
  }
}

function tokenOf({ params }: Message): unknown {
  return isRecord(params?._meta) ? params._meta.progressToken : undefined
}

function isChange({ method }: Message): boolean {
  return method === 'notifications/resources/updated' || /\/list_changed$/.test(method ?? '')
}
