import type { Exchange } from './exchange.ts'
import { Roster } from './roster.ts'

/** Every exchange under way, and how many there are at each instance. */
export type InFlight = {
  /** Returns its slot, for `end`. */
  begin(exchange: Exchange): number
  end(slot: number): void
  /** Counts from the moment an instance is chosen, so that a drain never misses one. */
  enter(instanceId: string): void
  leave(instanceId: string): void
  at(instanceId: string): number
  /** Instance ids with anything in flight, sorted. */
  busy(): string[]
  all(): Iterable<Exchange>
}

/** `onUse`: something began or ended there. `onEmpty`: nothing is in flight there any more. */
export function createInFlight({
  onUse,
  onEmpty,
}: Record<'onUse' | 'onEmpty', (instanceId: string) => void>): InFlight {
  const exchanges = new Roster<Exchange>()
  const counts = new Map<string, number>()
  return {
    begin: (exchange) => exchanges.add(exchange),
    end: (slot) => exchanges.remove(slot),
    enter: (id) => {
      counts.set(id, (counts.get(id) ?? 0) + 1)
      onUse(id)
    },
    leave: (id) => {
      onUse(id)
      const left = (counts.get(id) ?? 0) - 1
      if (left > 0) {
        counts.set(id, left)
        return
      }
      counts.delete(id)
      onEmpty(id)
    },
    at: (id) => counts.get(id) ?? 0,
    busy: () => [...counts.keys()].sort(),
    all: () => exchanges,
  }
}
