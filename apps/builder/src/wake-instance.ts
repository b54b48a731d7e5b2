import { buildPlanSchema } from '@moorage/build-plan/plan'
import type { Deployment, Instance } from '@moorage/db/client'
import { refreshRoute } from '@moorage/deployments/switch-route'
import { isVolumeHeld } from '@moorage/deployments/volumes/hold-volume'
import { toAppError } from '@moorage/domain/error'
import { waitUntilAnswers } from '@moorage/mcp/wait-until-answers'
import type { Builder } from './context.ts'
import { note } from './note.ts'
import { runInstance } from './steps/start.ts'

type LiveInstance = Instance & { deployment: Deployment }

/**
 * Brings an instance back that sleeps: thawed where it was paused, else started again. Does nothing
 * to any other. Requests wait meanwhile. One that does not come up is `crashed`, and from there the
 * supervisor's.
 */
export async function wakeInstance(
  builder: Builder,
  instanceId: string,
  by: string,
): Promise<void> {
  const { deps, driver } = builder
  const startedMs = performance.now()
  const took = () => `${Math.round(performance.now() - startedMs)} ms`
  const row = await deps.db.instance.findUnique({
    where: { id: instanceId, runtime: driver.name },
    include: { deployment: true },
  })
  if (row?.deployment.status !== 'live' || (await mustWait(builder, row))) return
  if (row.state === 'paused' && (await driver.resume(row.id))) {
    if (await beReady(builder, row, {})) await note(builder, row, `Woken in ${took()} by ${by}`)
    return
  }
  if (row.state !== 'paused' && row.state !== 'asleep') return
  try {
    await startAgain(builder, row)
  } catch (error) {
    if (!builder.stopping.aborted) await giveUp(builder, row, error)
    return
  }
  if (await beReady(builder, row, { wakes: { increment: 1 } }))
    await note(builder, row, `Started again in ${took()}, wanted by ${by}`)
}

/** Somebody works on its volume. Requests ask again each second. */
async function mustWait({ deps }: Builder, { deployment, serverId }: LiveInstance) {
  return deployment.previewId === null && (await isVolumeHeld(deps, serverId))
}

/** False where it was replaced meanwhile. */
async function beReady(
  { deps }: Builder,
  { id, serverId }: LiveInstance,
  data: { wakes?: { increment: number } },
): Promise<boolean> {
  const { count } = await deps.db.instance.updateMany({
    where: { id, state: { in: ['paused', 'asleep'] } },
    data: { ...data, state: 'ready', wokenAt: new Date() },
  })
  if (count === 1) await deps.events.publish({ type: 'server', serverId })
  return count === 1
}

async function startAgain(builder: Builder, row: LiveInstance): Promise<void> {
  const { deps, driver, env } = builder
  const plan = buildPlanSchema.parse(row.deployment.plan)
  const { address } = (await driver.startAgain(row.id)) ?? { address: null }
  const { host, port } = address
    ? await deps.db.instance.update({ where: { id: row.id }, data: address })
    : await runInstance(builder, row, { plan, imageId: row.deployment.imageId ?? '' })
  builder.collectors.ensure(row)
  await waitUntilAnswers({
    url: `http://${host}:${port}${plan.path}`,
    timeoutMs: env.MOORAGE_START_TIMEOUT_SECONDS,
    signal: builder.stopping,
    isAlive: async () => (await driver.inspect(row.id))?.state === 'running',
  })
}

async function giveUp(builder: Builder, row: LiveInstance, cause: unknown): Promise<void> {
  const { deps, driver } = builder
  const { userMessage } = toAppError(cause)
  const exitCode = (await driver.inspect(row.id))?.exitCode ?? null
  await deps.db.instance.updateMany({
    where: { id: row.id, state: { in: ['paused', 'asleep'] } },
    data: { state: 'crashed' },
  })
  await refreshRoute(deps, row.deployment)
  const code = exitCode === null ? '' : ` Exit code ${exitCode}.`
  await note(builder, row, `The server did not wake up. ${userMessage}${code}`)
}
