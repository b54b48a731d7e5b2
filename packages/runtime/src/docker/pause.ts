import { type Engine, engineError, ignoring } from './engine.ts'
import { containerName, inspectInstance } from './instance-status.ts'

/** The engine's refusals differ by version, so after one it is asked how things stand. */
export async function pauseInstance(engine: Engine, instanceId: string): Promise<void> {
  const container = engine.docker.getContainer(containerName(engine, instanceId))
  try {
    await ignoring(container.pause(), [404])
  } catch (error) {
    if ((await inspectInstance(engine, instanceId))?.state === 'running') throw engineError(error)
  }
}

/** False where it does not run. No look at it first: a caller waits. */
export async function resumeInstance(engine: Engine, instanceId: string): Promise<boolean> {
  const container = engine.docker.getContainer(containerName(engine, instanceId))
  try {
    await container.unpause()
    return true
  } catch (error) {
    const status = await inspectInstance(engine, instanceId)
    if (status?.state === 'paused') throw engineError(error)
    return status?.state === 'running'
  }
}
