import type { Events } from '@moorage/bus/events'
import type { Logger } from './logger.ts'
import { notAwake, wakeFailed } from './refusal.ts'
import type { TableSync } from './sync-table.ts'
import type { InstanceEntry, Table } from './table.ts'

export type Waker = {
  /** Resolves when the table has changed so that it is worth a look. Throws where it does not wake in time, or ended. */
  wake(instance: InstanceEntry): Promise<void>
  /** The table has changed. */
  look(): void
}

/** Events can be lost, and a builder may just be starting. */
const askAgainMs = 1_000

type Waiting = { instance: InstanceEntry; startedMs: number; over: PromiseWithResolvers<void> }

/** Asks the builder to wake what sleeps, once for all requests that wait for it. */
export function createWaker(deps: {
  events: Events
  logger: Logger
  table: Table
  sync: Pick<TableSync, 'refresh'>
  /** The cap on the wait. */
  wakeMs: number
  onWoken: (instance: InstanceEntry, seconds: number) => void
}): Waker {
  const { events, logger, table, sync } = deps
  const waiting = new Map<string, Waiting>()

  function begin(instance: InstanceEntry): Promise<void> {
    const over = Promise.withResolvers<void>()
    waiting.set(instance.id, { instance, startedMs: performance.now(), over })
    ask(instance)
    const asking = setInterval(() => {
      ask(instance)
      void sync.refresh(instance.serverId)
    }, askAgainMs)
    const cap = setTimeout(() => over.reject(notAwake()), deps.wakeMs)
    return over.promise.finally(() => {
      clearInterval(asking)
      clearTimeout(cap)
      waiting.delete(instance.id)
    })
  }

  function ask({ id, serverId }: InstanceEntry): void {
    events
      .publish({ type: 'wake', serverId, instanceId: id })
      .catch((error: unknown) => logger.warn({ error, serverId }, 'Could not ask for a server'))
  }

  return {
    wake: (instance) => waiting.get(instance.id)?.over.promise ?? begin(instance),
    look: () => {
      for (const { instance, startedMs, over } of waiting.values()) {
        const now = table.instance(instance.id)
        if (now?.sleeping) continue
        if (now?.current) deps.onWoken(instance, (performance.now() - startedMs) / 1_000)
        const all = table.server(instance.serverId)?.instances ?? []
        if (all.some(({ current, sleeping }) => current || sleeping)) over.resolve()
        else over.reject(wakeFailed())
      }
    },
  }
}
