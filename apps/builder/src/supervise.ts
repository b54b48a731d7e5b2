import { setTimeout as sleep } from 'node:timers/promises'
import { buildPlanSchema } from '@moorage/build-plan/plan'
import type { Deployment, Instance } from '@moorage/db/client'
import { notifyOf } from '@moorage/deployments/notifications/notify'
import { refreshRoute } from '@moorage/deployments/switch-route'
import { isVolumeHeld } from '@moorage/deployments/volumes/hold-volume'
import { waitUntilReady } from '@moorage/mcp/wait-until-ready'
import type { InstanceStatus } from '@moorage/runtime/driver'
import type { Builder } from './context.ts'
import { note } from './note.ts'
import type { Sleeper } from './sleeper.ts'
import { endInstance } from './steps/drain.ts'
import { runInstance } from './steps/start.ts'

type LiveInstance = Instance & { deployment: Deployment }

export type Supervisor = {
  /** After a start of the platform: brings back at once what ran before, and waits a while for it. */
  bringBack(timeoutMs: number): Promise<void>
  /** Compares what should run with what runs, and mends it. Safe to call at any time. */
  reconcile(): Promise<void>
  /** Reacts to exits until the builder stops. */
  watch(): Promise<void>
}

const firstDelayMs = 1_000
const maxDelayMs = 60_000
/** The pause after the fourth crash in a row, which nobody can call an accident. */
const loopDelayMs = firstDelayMs * 2 ** 3
/** A server that ran this long is healthy again: its next crash starts from the first delay. */
const healthyMs = 60_000

type Crash = { count: number; lastStart: number }

/** Keeps every live deployment's instance running, and removes what no row names. */
export function createSupervisor(builder: Builder, sleeper: Sleeper): Supervisor {
  const crashes = new Map<string, Crash>()
  /** From the moment a crash is seen until the instance is back, or the attempt failed. */
  const recovering = new Map<string, Promise<void>>()

  async function bringBack(timeoutMs: number): Promise<void> {
    await compare({ crashesCount: false })
    const waited = sleep(timeoutMs, undefined, { signal: builder.stopping }).catch(() => {})
    await Promise.race([Promise.all(recovering.values()), waited])
  }

  const reconcile = () => compare({ crashesCount: true })

  async function compare({ crashesCount }: { crashesCount: boolean }): Promise<void> {
    const { deps, driver } = builder
    const running = new Map((await driver.list()).map((status) => [status.instanceId, status]))
    const rows = await deps.db.instance.findMany({
      where: { state: { not: 'stopped' }, runtime: driver.name },
      include: { deployment: true },
    })
    for (const row of rows) {
      const status = running.get(row.id)
      running.delete(row.id)
      if (status && status.state !== 'exited') builder.collectors.ensure(row)
      if (row.deployment.status === 'live' && row.state !== 'draining') {
        if (!sleeper.isAtWork(row.id)) await mend(row, status, crashesCount)
      } else if (['failed', 'canceled', 'superseded'].includes(row.deployment.status)) {
        await endInstance(builder, row.id, { graceMs: 0 })
      }
    }
    for (const orphan of running.keys()) {
      // A row may have been made since the list was read: look again before removing anything.
      if ((await deps.db.instance.count({ where: { id: orphan, state: { not: 'stopped' } } })) > 0)
        continue
      builder.log.info({ instanceId: orphan }, 'removing an instance that no deployment names')
      await driver.remove(orphan)
    }
  }

  async function mend(
    row: LiveInstance,
    status: InstanceStatus | undefined,
    crashesCount: boolean,
  ): Promise<void> {
    if (row.state === 'paused' || row.state === 'asleep') await mendSleep(row)
    else if (status?.state === 'paused') await builder.driver.resume(row.id)
    else if (status?.state !== 'running')
      recover(row, crashesCount ? (status?.exitCode ?? null) : null, false)
    else if (row.state === 'crashed') once(row, () => comeBack(row))
  }

  /** A builder that died in between, or an engine that restarted, leaves what its row does not say. */
  async function mendSleep(row: LiveInstance): Promise<void> {
    const state = (await builder.driver.inspect(row.id))?.state ?? 'exited'
    if (state === 'running' || (state === 'paused' && row.state === 'asleep'))
      await sleeper.wake(row.id, 'the platform, as it had not fallen asleep')
    else if (state === 'exited' && row.state === 'paused') await sleepOn(row)
  }

  /** What was paused has ended: the next request starts it again. */
  async function sleepOn({ id, serverId }: Instance): Promise<void> {
    const { db, events } = builder.deps
    await db.instance.updateMany({ where: { id, state: 'paused' }, data: { state: 'asleep' } })
    await events.publish({ type: 'server', serverId })
  }

  async function watch(): Promise<void> {
    for await (const event of builder.driver.watch(builder.stopping)) {
      const row = await builder.deps.db.instance.findUnique({
        where: { id: event.instanceId },
        include: { deployment: true },
      })
      if (row?.deployment.status === 'live' && (row.state === 'ready' || row.state === 'crashed'))
        recover(row, event.exitCode, event.outOfMemory)
      else if (row?.state === 'paused' && !sleeper.isAtWork(row.id)) await sleepOn(row)
    }
  }

  function once(row: LiveInstance, work: () => Promise<void>): void {
    if (recovering.has(row.id)) return
    const done = work()
      .catch((error: unknown) => {
        if (!builder.stopping.aborted)
          builder.log.warn({ error, instanceId: row.id }, 'a server could not be started again')
      })
      .finally(() => recovering.delete(row.id))
    recovering.set(row.id, done)
  }

  function recover(row: LiveInstance, exitCode: number | null, outOfMemory: boolean): void {
    once(row, async () => {
      const { deps } = builder
      // What was seen may be older than its start.
      if ((await builder.driver.inspect(row.id))?.state === 'running') return
      const delayMs = exitCode === null ? 0 : nextDelayMs(row)
      await deps.db.instance.updateMany({
        where: { id: row.id, state: { in: ['ready', 'starting'] } },
        data: { state: 'crashed' },
      })
      await refreshRoute(deps, row.deployment)
      await note(builder, row, exitMessage(exitCode, outOfMemory, delayMs))
      if (delayMs === loopDelayMs)
        await deps.db.$transaction((tx) => notifyOf(tx, 'crash_loop', row.deploymentId))
      await sleep(delayMs, undefined, { signal: builder.stopping })
      await restart(row)
    })
  }

  function nextDelayMs(row: LiveInstance): number {
    const before = crashes.get(row.id)
    const wasHealthy = !before || Date.now() - before.lastStart > healthyMs
    const count = wasHealthy ? 0 : before.count + 1
    const delayMs = Math.min(firstDelayMs * 2 ** count, maxDelayMs)
    crashes.set(row.id, { count, lastStart: Date.now() + delayMs })
    return delayMs
  }

  async function restart(row: LiveInstance): Promise<void> {
    const current = await builder.deps.db.instance.findUnique({
      where: { id: row.id },
      include: { deployment: true },
    })
    if (current?.deployment.status !== 'live' || ['draining', 'asleep'].includes(current.state))
      return
    if (current.deployment.previewId === null && (await isVolumeHeld(builder.deps, row.serverId)))
      return
    const { imageId } = current.deployment
    if (!imageId) throw new Error('the live deployment has no image')
    await builder.collectors.settle(row.id)
    await runInstance(builder, current, { plan: planOf(current), imageId })
    await comeBack(current)
  }

  /** Back behind the route as soon as it answers a handshake; it did so once, when it was deployed. */
  async function comeBack(row: LiveInstance): Promise<void> {
    const { deps, driver } = builder
    const instance = await deps.db.instance.findUniqueOrThrow({ where: { id: row.id } })
    await waitUntilReady({
      url: `http://${instance.host}:${instance.port}${planOf(row).path}`,
      timeoutMs: builder.env.MOORAGE_START_TIMEOUT_SECONDS,
      signal: builder.stopping,
      isAlive: async () => (await driver.inspect(row.id))?.state === 'running',
    })
    await deps.db.instance.updateMany({
      where: { id: row.id, state: { in: ['crashed', 'starting'] } },
      data: { state: 'ready', restarts: { increment: 1 } },
    })
    await refreshRoute(deps, row.deployment)
    await note(builder, row, 'Running again')
  }

  return { bringBack, reconcile, watch }
}

function planOf(row: LiveInstance) {
  return buildPlanSchema.parse(row.deployment.plan)
}

function exitMessage(exitCode: number | null, outOfMemory: boolean, delayMs: number): string {
  if (exitCode === null && !outOfMemory) return 'The server does not run; starting it'
  const why = outOfMemory ? 'was killed: out of memory' : `ended with exit code ${exitCode}`
  return `The server ${why}; starting it again in ${Math.round(delayMs / 1000)} s`
}
