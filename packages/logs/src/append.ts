import type { Events } from '@moorage/bus/events'
import type { Db, LogStream } from '@moorage/db/client'

export type LogSource = { serverId: string; deploymentId: string; instanceId: string | null }

export type LogWriter = {
  /** Returns at once. A text of several lines becomes several rows. */
  write(stream: LogStream, text: string, at?: Date): void
  /** Resolves when all that was written before is in the database; rejects where it could not be. */
  flush(): Promise<void>
}

const maxLineChars = 16_384
const flushMs = 100
const maxBatch = 500

/** Collects lines and stores them in order, a batch at a time; each batch wakes the followers. */
export function createLogWriter(deps: { db: Db; events: Events }, source: LogSource): LogWriter {
  let waiting: { stream: LogStream; text: string; at: Date }[] = []
  let timer: NodeJS.Timeout | null = null
  let tail: Promise<void> = Promise.resolve()

  const store = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxBatch)
      await deps.db.logLine.createMany({ data: batch.map((line) => ({ ...source, ...line })) })
      waiting = waiting.slice(batch.length)
      await deps.events.publish({
        type: 'log',
        serverId: source.serverId,
        deploymentId: source.deploymentId,
      })
    }
  }
  const flush = () => {
    if (timer) clearTimeout(timer)
    timer = null
    tail = tail.then(store, store)
    return tail
  }
  return {
    write(stream, text, at = new Date()) {
      for (const line of text.split('\n')) waiting.push({ stream, text: clean(line), at })
      // A failed flush keeps its lines; the next write or flush tries again.
      timer ??= setTimeout(() => flush().catch(() => {}), flushMs)
    },
    flush,
  }
}

/** Postgres text holds no NUL; a carriage return redraws a progress bar: only its last state counts. */
function clean(line: string): string {
  const text = line.replaceAll('\0', '').replace(/\r+$/, '')
  const last = text.slice(text.lastIndexOf('\r') + 1)
  return last.length > maxLineChars ? `${last.slice(0, maxLineChars)}… (cut)` : last
}
