import { type IdleInstance, idleInstances } from '@moorage/deployments/idle-instances'
import { oneAtATime } from '@moorage/runtime/one-at-a-time'
import type { Builder } from './context.ts'
import { fallAsleep } from './fall-asleep.ts'
import { wakeInstance } from './wake-instance.ts'

export type Sleeper = {
  /** Sends to sleep what has had no request for long enough. */
  tick(): Promise<void>
  /** Resolves when it is awake, or could not be woken. `by`: who wants it, for the log. */
  wake(instanceId: string, by: string): Promise<void>
  /** It is on its way from one state to the other. */
  isAtWork(instanceId: string): boolean
  /** Resolves when all that has begun is over. */
  settled(): Promise<void>
}

/** So many fall asleep at one time: after a restart of the platform a thousand may be due. */
const maxFalling = 20

/** Puts idle instances to sleep and wakes them; for each instance one thing after the other. */
export function createSleeper(builder: Builder): Sleeper {
  const exclusive = oneAtATime()
  const falling = new Map<string, { abort: AbortController; done: Promise<void> }>()
  const waking = new Map<string, Promise<void>>()

  const failed = (instanceId: string, what: string) => (error: unknown) => {
    if (!builder.stopping.aborted) builder.log.warn({ error, instanceId }, what)
  }

  function fall(idle: IdleInstance): void {
    const abort = new AbortController()
    const signal = AbortSignal.any([abort.signal, builder.stopping])
    const done = exclusive(idle.id, () => fallAsleep(builder, idle, signal))
      .catch(failed(idle.id, 'an instance could not be put to sleep'))
      .finally(() => falling.delete(idle.id))
    falling.set(idle.id, { abort, done })
  }

  function wake(instanceId: string, by: string): Promise<void> {
    falling.get(instanceId)?.abort.abort()
    const begun = waking.get(instanceId)
    if (begun) return begun
    const done = exclusive(instanceId, () => wakeInstance(builder, instanceId, by))
      .catch(failed(instanceId, 'an instance could not be woken'))
      .finally(() => waking.delete(instanceId))
    waking.set(instanceId, done)
    return done
  }

  const isAtWork = (instanceId: string) => falling.has(instanceId) || waking.has(instanceId)

  return {
    tick: async () => {
      const due = await idleInstances(builder.deps, builder.driver.name)
      const free = due.filter(({ id }) => !isAtWork(id))
      for (const idle of free.slice(0, Math.max(0, maxFalling - falling.size))) fall(idle)
    },
    wake,
    isAtWork,
    settled: async () => {
      const all = [...waking.values(), ...[...falling.values()].map(({ done }) => done)]
      await Promise.all(all)
    },
  }
}
