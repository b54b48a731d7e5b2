import type { Events } from '@moorage/bus/events'
import type { Db, Instance } from '@moorage/db/client'
import { createLogWriter, type LogWriter } from '@moorage/logs/append'
import type { RuntimeDriver } from '@moorage/runtime/driver'
import type { Logger } from 'pino'

export type Collectors = {
  /** Follows the instance's output into the log until it ends. Calling again while it runs does nothing. */
  ensure(instance: Pick<Instance, 'id' | 'serverId' | 'deploymentId'>): void
  /** Waits a moment for what an ended instance has said last. */
  settle(instanceId: string): Promise<void>
  close(): Promise<void>
}

type Collector = { done: Promise<void>; abort: AbortController }

/** One follower an instance; after a restart of the builder it goes on behind the last stored line. */
export function createCollectors(deps: {
  db: Db
  events: Events
  driver: RuntimeDriver
  log: Logger
}): Collectors {
  const running = new Map<string, Collector>()
  return {
    ensure(instance) {
      if (running.has(instance.id)) return
      const abort = new AbortController()
      const done = collect(deps, instance, abort.signal)
        .catch((error: unknown) => {
          if (!abort.signal.aborted)
            deps.log.warn({ error, instanceId: instance.id }, 'log collection ended')
        })
        .finally(() => running.delete(instance.id))
      running.set(instance.id, { done, abort })
    },
    async settle(instanceId) {
      const collector = running.get(instanceId)
      if (collector)
        await Promise.race([collector.done, new Promise((resolve) => setTimeout(resolve, 1_000))])
    },
    async close() {
      const all = [...running.values()]
      for (const { abort } of all) abort.abort()
      await Promise.allSettled(all.map(({ done }) => done))
    },
  }
}

async function collect(
  deps: { db: Db; events: Events; driver: RuntimeDriver },
  instance: Pick<Instance, 'id' | 'serverId' | 'deploymentId'>,
  signal: AbortSignal,
): Promise<void> {
  const { id: instanceId, serverId, deploymentId } = instance
  const last = await deps.db.logLine.findFirst({
    where: { serverId, instanceId, stream: { in: ['stdout', 'stderr'] } },
    orderBy: { id: 'desc' },
    select: { at: true },
  })
  const writer: LogWriter = createLogWriter(deps, { serverId, deploymentId, instanceId })
  try {
    const options = { follow: true, signal, ...(last ? { since: last.at } : {}) }
    for await (const line of deps.driver.logs(instanceId, options)) {
      if (last && line.at <= last.at) continue
      writer.write(line.stream, line.text, line.at)
    }
  } finally {
    await writer.flush()
  }
}
