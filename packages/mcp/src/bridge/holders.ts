import { log } from './log.ts'

/** Whoever keeps a child: a session, or a member of the pool. */
export type Holder = {
  /** When it last had something to do, in ms since the epoch; null: it is busy. */
  idleSince(): number | null
  /** Ends its child; `why` is for the log and for who still waits. Resolves when the child is gone. */
  end(why: string): Promise<void>
}
export type Holders = ReturnType<typeof createHolders>

/** Only one that was idle for longer makes room for another. */
const evictableMs = 60_000
const sweepMs = 5000

/** The cap on children, and the end of idle ones. */
export function createHolders(maxChildren: number, idleMs: number) {
  const holders = new Set<Holder>()
  let admitted = 0

  /** Idle for at least `ms`, the longest first. */
  function idle(ms: number): Holder[] {
    const since = new Map([...holders].map((one) => [one, one.idleSince()]))
    return [...since]
      .filter(
        (entry): entry is [Holder, number] => entry[1] !== null && Date.now() - entry[1] >= ms,
      )
      .sort((a, b) => a[1] - b[1])
      .map(([holder]) => holder)
  }

  async function end(holder: Holder, why: string): Promise<void> {
    holders.delete(holder)
    await holder.end(why)
  }

  const sweep = setInterval(
    () => {
      for (const holder of idle(idleMs)) void end(holder, `idle for ${idleMs / 1000} s`)
    },
    Math.min(sweepMs, idleMs),
  ).unref()

  return {
    /** Takes a place for one child. False: all are taken. Each place that was taken is given back by `release`. */
    async admit(): Promise<boolean> {
      const [oldest] = admitted < maxChildren ? [] : idle(evictableMs)
      if (oldest) await end(oldest, 'idle, and its place is needed')
      if (admitted >= maxChildren) return false
      admitted++
      return true
    },
    add: (holder: Holder) => void holders.add(holder),
    release(holder: Holder): void {
      holders.delete(holder)
      admitted--
    },
    async endAll(): Promise<void> {
      clearInterval(sweep)
      if (admitted > 0) log(`ending ${admitted} children`)
      await Promise.all([...holders].map((holder) => end(holder, 'the bridge is stopping')))
    },
    capMessage: `All ${maxChildren} places for processes of this server are taken, one for each session. End sessions that are not needed, or raise the cap (--max-children).`,
  }
}
