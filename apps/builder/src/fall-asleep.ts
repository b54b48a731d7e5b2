import { setTimeout as sleep } from 'node:timers/promises'
import { isDrained } from '@moorage/deployments/drain-state'
import type { IdleInstance } from '@moorage/deployments/idle-instances'
import { refreshRoute } from '@moorage/deployments/switch-route'
import type { Builder } from './context.ts'
import { note } from './note.ts'

/** So long the routers have to say that they have taken note and have nothing under way there. */
const capMs = 5_000
/** A server that is idle has nothing to finish; whoever wants it meanwhile waits. */
const graceMs = 5_000

type State = IdleInstance['state'] | IdleInstance['to']

/**
 * First the routers are told, and send nothing there any more without asking; only when each has
 * taken note and has nothing in flight there, the instance is frozen or stopped. So no request
 * meets it asleep. `signal`: someone wants it; until then it can go on as if nothing had been.
 */
export async function fallAsleep(
  builder: Builder,
  idle: IdleInstance,
  signal: AbortSignal,
): Promise<void> {
  const { deps, driver } = builder
  if (signal.aborted || !(await change(builder, idle, idle.state, idle.to))) return
  try {
    if (idle.state === 'ready' && !(await leftAlone(builder, idle, signal))) {
      await stayAwake(builder, idle)
      return
    }
    if (idle.to === 'paused') await driver.pause(idle.id)
    else await stop(builder, idle.id)
  } catch (error) {
    await stayAwake(builder, idle)
    throw error
  }
  const isStill = { id: idle.id, state: idle.to }
  // Replaced meanwhile: what drains must be able to finish.
  if ((await deps.db.instance.count({ where: isStill })) === 0) await driver.resume(idle.id)
  else await note(builder, idle, sentence(idle))
}

async function leftAlone(
  { deps }: Builder,
  idle: IdleInstance,
  signal: AbortSignal,
): Promise<boolean> {
  const version = await refreshRoute(deps, idle)
  if (version === null) return false
  for (const end = Date.now() + capMs; Date.now() < end; await sleep(20)) {
    if (signal.aborted) return false
    if (await isDrained(deps, { version, instanceIds: [idle.id] })) return !signal.aborted
  }
  return false
}

async function stop({ driver, collectors }: Builder, instanceId: string): Promise<void> {
  await driver.stop(instanceId, { graceMs })
  await collectors.settle(instanceId)
}

async function stayAwake(builder: Builder, idle: IdleInstance): Promise<void> {
  if (idle.state === 'ready' && (await change(builder, idle, idle.to, 'ready')))
    await builder.deps.events.publish({ type: 'server', serverId: idle.serverId })
}

async function change(
  { deps }: Builder,
  { id }: IdleInstance,
  from: State,
  to: State,
): Promise<boolean> {
  const { count } = await deps.db.instance.updateMany({
    where: { id, state: from, deployment: { status: 'live' } },
    data: { state: to },
  })
  return count === 1
}

function sentence({ to, idleSeconds }: IdleInstance): string {
  const minutes = Math.round(idleSeconds / 60)
  const time = minutes < 1 ? `${Math.round(idleSeconds)} s` : `${minutes} min`
  return `${to === 'paused' ? 'Paused' : 'Stopped'} after ${time} without a request; the next one wakes it`
}
