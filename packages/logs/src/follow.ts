import type { Events, PlatformEvent } from '@moorage/bus/events'
import type { Db } from '@moorage/db/client'
import {
  type LogEntry,
  type LogFilter,
  queryLogs,
  queryRequests,
  type RequestEntry,
  type RequestFilter,
} from './query.ts'

/** A lost event costs this much delay and no more. */
const pollMs = 2_000
const limit = 500

/** Batches of new lines after the cursor, as they come, until the signal aborts. */
export async function* followLogs(
  deps: { db: Db; events: Events },
  filter: LogFilter,
  after: string,
  signal: AbortSignal,
): AsyncGenerator<LogEntry[]> {
  const concerns = (event: PlatformEvent) =>
    event.type === 'log' &&
    event.serverId === filter.serverId &&
    (!filter.deploymentId || event.deploymentId === filter.deploymentId)
  yield* follow(deps.events, concerns, after, signal, (cursor) =>
    queryLogs(deps, filter, { after: cursor, limit }),
  )
}

/** Batches of new request lines after the cursor, as they come, until the signal aborts. */
export async function* followRequests(
  deps: { db: Db; events: Events },
  filter: RequestFilter,
  after: string,
  signal: AbortSignal,
): AsyncGenerator<RequestEntry[]> {
  const concerns = (event: PlatformEvent) =>
    event.type === 'request-log' && event.serverId === filter.serverId
  yield* follow(deps.events, concerns, after, signal, (cursor) =>
    queryRequests(deps, filter, { after: cursor, limit }),
  )
}

async function* follow<Row extends { id: string }>(
  events: Events,
  concerns: (event: PlatformEvent) => boolean,
  after: string,
  signal: AbortSignal,
  read: (after: string) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  const bell = createBell(signal)
  const unsubscribe = await events.subscribe((event) => {
    if (concerns(event)) bell.ring()
  })
  try {
    let cursor = after
    while (!signal.aborted) {
      const rows = await read(cursor)
      const last = rows.at(-1)
      if (last) {
        cursor = last.id
        yield rows
      }
      if (rows.length < limit) await bell.wait(pollMs)
    }
  } finally {
    await unsubscribe()
  }
}

/** A ring between two waits is not lost. An abort ends every wait. */
export function createBell(signal: AbortSignal): { ring(): void; wait(ms: number): Promise<void> } {
  let rung = false
  let wake: (() => void) | null = null
  const ring = () => {
    rung = true
    wake?.()
  }
  signal.addEventListener('abort', ring, { once: true })
  return {
    ring,
    async wait(ms) {
      if (!rung && !signal.aborted)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      wake = null
      rung = false
    },
  }
}
