import type { Events } from '@moorage/bus/events'
import { newId } from '@moorage/domain/id'
import type { Logger } from './logger.ts'

const windowMs = 60_000
const tellMs = 250
/** What is under way is told again so often, and believed for so long: a router that died holds no place. */
const tellBusyMs = 1_000
const believeBusyMs = 3_000
/** Small enough for one NOTIFY of Postgres (8,000 bytes). */
const entriesPerEvent = 50
const entriesPerTick = 1_000
const maxCounters = 100_000
const longestWaitSeconds = 120

/** Calls in this window of a minute and in the one before, and how many are under way. */
type Counter = { window: number; before: number; now: number; busy: number }
type Other = { counters: Map<string, Counter>; busySeenMs: number }

export type SharedCounts = {
  start(): Promise<void>
  count(id: string, calls: number): void
  done(id: string, calls: number): void
  /** On all routers, as far as known here, in the 60 s up to now. */
  lastMinute(id: string): number
  busy(id: string): number
  /** Seconds until `lastMinute` has fallen to `target`, if nothing is added. */
  secondsUntil(id: string, target: number): number
  close(): Promise<void>
}

/**
 * Counts by name, kept by each router for itself and told to the others four times a second, in
 * totals, so that a lost event is made up for by the next. Nothing waits for another router: what
 * the others let through in the last quarter of a second is not known yet, and while events are
 * away each router counts alone.
 */
export function createSharedCounts(deps: { events: Events; logger: Logger }): SharedCounts {
  const own = new Map<string, Counter>()
  const others = new Map<string, Other>()
  const changed = new Set<string>()
  const nodeId = newId('node')
  let toldBusyMs = 0
  let isTelling = false
  let unsubscribe = async () => {}
  const timers = [setInterval(() => void tell(), tellMs), setInterval(sweep, windowMs)]
  for (const timer of timers) timer.unref()

  function counter(id: string): Counter {
    let found = own.get(id)
    if (!found) {
      found = { window: currentWindow(), before: 0, now: 0, busy: 0 }
      own.set(id, found)
      if (own.size > maxCounters) forgetOne()
    }
    return rolled(found)
  }

  function totals(id: string): { before: number; now: number; busy: number } {
    const sum = { before: 0, now: 0, busy: 0 }
    const mine = own.get(id)
    if (mine) add(sum, rolled(mine), true)
    for (const { counters, busySeenMs } of others.values()) {
      const theirs = counters.get(id)
      if (theirs) add(sum, rolled(theirs), Date.now() - busySeenMs < believeBusyMs)
    }
    return sum
  }

  async function tell(): Promise<void> {
    if (isTelling) return
    isTelling = true
    if (Date.now() - toldBusyMs >= tellBusyMs) {
      toldBusyMs = Date.now()
      for (const [id, { busy }] of own) if (busy > 0) changed.add(id)
    }
    const ids = [...changed].slice(0, entriesPerTick)
    for (const id of ids) changed.delete(id)
    const counts = ids.map((id) => [id, counter(id)] as const)
    try {
      for (let i = 0; i < counts.length; i += entriesPerEvent)
        await deps.events.publish({
          type: 'calls',
          nodeId,
          counts: Object.fromEntries(counts.slice(i, i + entriesPerEvent)),
        })
    } catch (error) {
      for (const id of ids) changed.add(id)
      deps.logger.warn({ error }, 'Other routers could not be told how much was called')
    }
    isTelling = false
  }

  function hear(from: string, counts: Record<string, Counter>): void {
    const other = others.get(from) ?? { counters: new Map(), busySeenMs: 0 }
    others.set(from, other)
    other.busySeenMs = Date.now()
    for (const [id, count] of Object.entries(counts)) other.counters.set(id, count)
  }

  function sweep(): void {
    for (const counters of [own, ...[...others.values()].map((other) => other.counters)])
      for (const [id, one] of counters)
        if (rolled(one).before + one.now === 0 && one.busy === 0) counters.delete(id)
    for (const [id, { busySeenMs }] of others)
      if (Date.now() - busySeenMs > 2 * windowMs) others.delete(id)
  }

  /** The oldest of what nobody holds: made-up callers must not fill the memory. */
  function forgetOne(): void {
    for (const [id, { busy }] of own) {
      if (busy > 0) continue
      own.delete(id)
      return
    }
  }

  return {
    start: async () => {
      unsubscribe = await deps.events.subscribe((event) => {
        if (event.type === 'calls' && event.nodeId !== nodeId) hear(event.nodeId, event.counts)
      })
    },
    count: (id, calls) => {
      const mine = counter(id)
      mine.now += calls
      mine.busy += calls
      changed.add(id)
    },
    done: (id, calls) => {
      const mine = own.get(id)
      if (mine) mine.busy = Math.max(0, mine.busy - calls)
      changed.add(id)
    },
    lastMinute: (id) => {
      const { before, now } = totals(id)
      return before * (1 - windowPart()) + now
    },
    busy: (id) => totals(id).busy,
    secondsUntil: (id, target) => {
      const { before, now } = totals(id)
      // In this window what was before it fades; in the next one, what is in it.
      const windows = now <= target ? 1 - (target - now) / before : 2 - Math.max(0, target) / now
      const seconds = ((windows - windowPart()) * windowMs) / 1_000
      return Math.min(longestWaitSeconds, Math.max(1, Math.ceil(seconds)))
    },
    close: async () => {
      for (const timer of timers) clearInterval(timer)
      await unsubscribe()
    },
  }
}

function add(sum: Omit<Counter, 'window'>, counter: Counter, isFresh: boolean): void {
  sum.before += counter.before
  sum.now += counter.now
  if (isFresh) sum.busy += counter.busy
}

function rolled(counter: Counter): Counter {
  const window = currentWindow()
  if (counter.window === window) return counter
  counter.before = counter.window === window - 1 ? counter.now : 0
  counter.now = 0
  counter.window = window
  return counter
}

function currentWindow(): number {
  return Math.floor(Date.now() / windowMs)
}

/** How much of the present window has passed, 0 to 1. */
function windowPart(): number {
  return (Date.now() % windowMs) / windowMs
}
