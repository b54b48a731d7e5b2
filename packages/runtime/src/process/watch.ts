import { setTimeout as sleep } from 'node:timers/promises'
import type { InstanceEvent } from '../driver.ts'
import { inspectInstance, listInstances } from './instance-status.ts'
import type { Paths } from './paths.ts'

const pollMs = 300

/** Exits, by looking again and again: no other process tells of another one's children. */
export async function* watchInstances(
  paths: Paths,
  signal: AbortSignal,
): AsyncGenerator<InstanceEvent> {
  let before = await runningNow(paths)
  while (!signal.aborted) {
    await sleep(pollMs, undefined, { signal }).catch(() => undefined)
    const now = await runningNow(paths)
    for (const instanceId of before) {
      if (now.has(instanceId)) continue
      const status = await inspectInstance(paths, instanceId)
      yield { instanceId, kind: 'exited', exitCode: status?.exitCode ?? null, outOfMemory: false }
    }
    before = now
  }
}

async function runningNow(paths: Paths): Promise<Set<string>> {
  const running = (await listInstances(paths, {})).filter(({ state }) => state !== 'exited')
  return new Set(running.map(({ instanceId }) => instanceId))
}
