import type { ServerResponse } from 'node:http'
import type { EventLog } from './event-log.ts'
import { openEventStream } from './respond.ts'

/**
 * One event stream of a session. It outlives its connection: what is sent while no client is attached
 * waits in the log.
 */
export type SseStream = {
  readonly id: string
  send(data: string): void
  /** Continues on this response; `missed` are the events that go first. */
  attach(res: ServerResponse, missed?: readonly { id: string; data: string }[]): void
  isAttached(): boolean
  /** Nothing more will come. */
  end(): void
}

/** Clients wait this long before they come back. */
const retryMs = 1000

export function createSseStream(options: {
  id: string
  log: EventLog
  /** 2025-11-25: the stream opens with an event without data, so that there is an id to resume from. */
  isPrimed: boolean
  write(res: ServerResponse, text: string): void
}): SseStream {
  const { id, log, isPrimed, write } = options
  let res: ServerResponse | null = null

  return {
    id,
    send(data) {
      const event = log.append(id, data)
      if (res !== null) write(res, format(event))
    },
    attach(next, missed = []) {
      res?.end()
      res = next
      openEventStream(next)
      next.on('close', () => {
        if (res === next) res = null
      })
      if (isPrimed && missed.length === 0)
        write(next, `id: ${log.append(id, '').id}\nretry: ${retryMs}\ndata: \n\n`)
      for (const event of missed) write(next, format(event))
    },
    isAttached: () => res !== null,
    end() {
      res?.end()
      res = null
    },
  }
}

function format(event: { id: string; data: string }): string {
  return `event: message\nid: ${event.id}\ndata: ${event.data}\n\n`
}
