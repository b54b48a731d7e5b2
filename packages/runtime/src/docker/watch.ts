import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { InstanceEvent } from '../driver.ts'
import type { Engine } from './engine.ts'
import { inspectInstance, listInstances } from './instance-status.ts'
import { fromLabels, labelFilter } from './labels.ts'

const reconnectMs = 1_000

/**
 * Exits, from the engine's event stream. A stream that breaks (the engine restarted) is opened
 * again; what ended in between is found by comparing who ran before with who runs now.
 */
export async function* watchInstances(
  engine: Engine,
  signal: AbortSignal,
): AsyncGenerator<InstanceEvent> {
  const running = new Set<string>()
  while (!signal.aborted) {
    try {
      yield* watchOnce(engine, running, signal)
    } catch (error) {
      // A fault of ours would come again at every turn; the engine being away passes.
      if (error instanceof z.ZodError || error instanceof TypeError) throw error
    }
    await sleep(reconnectMs, undefined, { signal }).catch(() => undefined)
  }
}

const eventSchema = z.object({
  Action: z.string(),
  Actor: z.object({ Attributes: z.record(z.string(), z.string()) }),
})

async function* watchOnce(
  engine: Engine,
  running: Set<string>,
  signal: AbortSignal,
): AsyncGenerator<InstanceEvent> {
  const label = labelFilter({ platform: engine.platformId })
  const stream = await engine.docker.getEvents({
    filters: { type: ['container'], event: ['start', 'oom', 'die'], label },
    abortSignal: signal,
  })
  // Asked after the stream stands, so that no exit falls between the two.
  yield* missedExits(engine, running)
  const outOfMemory = new Set<string>()
  for await (const event of eventsOf(stream)) {
    const instanceId = fromLabels(event.Actor.Attributes)?.instance
    if (!instanceId) continue
    if (event.Action === 'start') running.add(instanceId)
    else if (event.Action === 'oom') outOfMemory.add(instanceId)
    else if (running.delete(instanceId)) {
      const exitCode = Number(event.Actor.Attributes.exitCode)
      const status = await inspectInstance(engine, instanceId).catch(() => null)
      const killed = outOfMemory.delete(instanceId) || (status?.outOfMemory ?? false)
      yield { instanceId, kind: 'exited', exitCode, outOfMemory: killed }
    }
  }
}

async function* missedExits(engine: Engine, running: Set<string>): AsyncGenerator<InstanceEvent> {
  const now = new Map(
    (await listInstances(engine, {})).map((status) => [status.instanceId, status]),
  )
  for (const instanceId of [...running]) {
    const status = now.get(instanceId)
    if (status && status.state !== 'exited') continue
    running.delete(instanceId)
    const { exitCode = null, outOfMemory = false } = status ?? {}
    yield { instanceId, kind: 'exited', exitCode, outOfMemory }
  }
  for (const status of now.values()) if (status.state !== 'exited') running.add(status.instanceId)
}

async function* eventsOf(stream: NodeJS.ReadableStream) {
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim()) yield eventSchema.parse(JSON.parse(line))
  }
}
