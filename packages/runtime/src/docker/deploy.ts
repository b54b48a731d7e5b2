import { AppError } from '@moorage/domain/error'
import type { InstanceSpec, InstanceStatus } from '../driver.ts'
import type { BridgeVolumes } from './bridge-volume.ts'
import { containerOptions, imageConfigSchema, userOf } from './container-options.ts'
import { type Engine, engineError, engineStatus, ignoring, orNull } from './engine.ts'
import { containerName, inspectInstance } from './instance-status.ts'
import { toLabels } from './labels.ts'
import { ensureNetwork, type NetworkPool } from './network.ts'
import { resumeInstance } from './pause.ts'
import { ensureVolume } from './server-volume.ts'

/** What containers are made with. */
export type Made = { pool: NetworkPool; bridges: BridgeVolumes }

const quietly = { onLog: () => {}, signal: new AbortController().signal }

export async function deployInstance(
  engine: Engine,
  made: Made,
  spec: InstanceSpec,
): Promise<InstanceStatus> {
  const running = await inspectInstance(engine, spec.instanceId)
  if (running?.state === 'running') return running
  const name = containerName(engine, spec.instanceId)
  // One that stopped, or that a builder made and never started: its settings may be old.
  await ignoring(engine.docker.getContainer(name).remove({ force: true, v: true }), [404, 409])
  await createAndStart(engine, made, spec, name)
  const started = await inspectInstance(engine, spec.instanceId)
  if (started) return started
  throw new AppError('start_failed', 'The server was removed while it started.')
}

/** The container of an instance that ended, as it was made; null where there is none. */
export async function startAgain(
  engine: Engine,
  instanceId: string,
): Promise<InstanceStatus | null> {
  const container = engine.docker.getContainer(containerName(engine, instanceId))
  try {
    await ignoring(container.start(), [304, 404])
  } catch (error) {
    // One that is paused cannot be started.
    if (!(await resumeInstance(engine, instanceId))) throw startError(error)
  }
  return inspectInstance(engine, instanceId)
}

async function createAndStart(
  engine: Engine,
  { pool, bridges }: Made,
  spec: InstanceSpec,
  name: string,
): Promise<void> {
  const image = await orNull(engine.docker.getImage(spec.imageId).inspect())
  if (!image)
    throw new AppError('start_failed', 'The image of this deployment is gone.', {
      hint: 'Deploy again.',
    })
  const config = imageConfigSchema.parse(image).Config
  const options = containerOptions(spec, config, {
    name,
    volume: spec.volume && (await ensureVolume(engine, spec.volume.name, userOf(config))),
    bridge: spec.plan.transport === 'stdio' ? await bridges.ensure(quietly) : null,
    network: await ensureNetwork(engine, pool, spec.serverId),
    labels: toLabels({
      platform: engine.platformId,
      server: spec.serverId,
      deployment: spec.deploymentId,
      instance: spec.instanceId,
    }),
  })
  try {
    const container = await engine.docker.createContainer(options)
    await container.start()
  } catch (error) {
    await ignoring(engine.docker.getContainer(name).remove({ force: true, v: true }), [404, 409])
    throw startError(error)
  }
}

function startError(error: unknown): AppError {
  if (engineStatus(error) === null) return engineError(error)
  const message = error instanceof Error ? error.message : String(error)
  const missing = /exec: \\?"([^"\\]+)\\?": (?:executable file not found|stat )/.exec(message)?.[1]
  if (missing)
    return new AppError('start_failed', `The start command "${missing}" is not in the image.`, {
      message,
      cause: error,
    })
  return new AppError('start_failed', 'The container did not start.', { message, cause: error })
}
