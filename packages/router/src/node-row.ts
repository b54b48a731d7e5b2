import type { Events } from '@moorage/bus/events'
import type { Db } from '@moorage/db/client'
import type { Logger } from './logger.ts'

const tickMs = 1_000
const aliveMs = 2_000

export type NodeRow = {
  /** Writes now and tells: a drain may be waiting for it. */
  acknowledge(): Promise<void>
  /** Takes the row away: nobody waits for this router any more. */
  remove(): Promise<void>
}

/**
 * Says in RouterNode what this router has seen and what it still has in flight: by it the builder
 * knows when an old instance may go.
 */
export function keepNodeRow(deps: {
  db: Db
  events: Events
  logger: Logger
  nodeId: string
  state: () => { appliedVersion: bigint; busy: string[]; lostRows: number }
}): NodeRow {
  const { db, events, logger, nodeId } = deps
  let last = ''
  let lastMs = 0
  let writing: Promise<void> = Promise.resolve()
  let removed = false
  const timer = setInterval(() => void write(false), tickMs)
  timer.unref()

  /** One write after the other, each with what is so when its turn comes. */
  function write(always: boolean): Promise<void> {
    writing = writing.then(async () => {
      const { appliedVersion, busy, lostRows } = deps.state()
      const now = `${appliedVersion} ${lostRows} ${busy.join(' ')}`
      if (removed || (!always && now === last && Date.now() - lastMs < aliveMs)) return
      try {
        await db.$executeRaw`
          INSERT INTO "RouterNode" (id, "seenAt", "ackedVersion", busy, "lostRows")
          VALUES (${nodeId}, now() AT TIME ZONE 'UTC', ${appliedVersion}::bigint, ${busy}::text[],
            ${lostRows}::int)
          ON CONFLICT (id) DO UPDATE SET "seenAt" = EXCLUDED."seenAt",
            "ackedVersion" = EXCLUDED."ackedVersion", busy = EXCLUDED.busy,
            "lostRows" = EXCLUDED."lostRows"`
        last = now
        lastMs = Date.now()
        if (always) tell()
      } catch (error) {
        logger.warn({ error }, 'Could not say what this router has seen')
      }
    })
    return writing
  }

  /** Not waited for: where events are away the row has to stay fresh, and it says the same. */
  function tell(): void {
    events
      .publish({ type: 'route-ack', nodeId })
      .catch((error: unknown) => logger.warn({ error }, 'Could not tell that a route is applied'))
  }

  return {
    acknowledge: () => write(true),
    remove: async () => {
      clearInterval(timer)
      await writing
      removed = true
      await db.routerNode
        .deleteMany({ where: { id: nodeId } })
        .catch((error: unknown) => logger.warn({ error }, 'The row of this router stays behind'))
    },
  }
}
