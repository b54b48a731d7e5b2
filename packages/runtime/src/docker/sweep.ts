import { type Engine, engineError, ignoring } from './engine.ts'
import { labelFilter } from './labels.ts'
import { networkedServers, removeUnusedNetworks } from './network.ts'

/**
 * What a builder that was killed leaves on the engine: containers made and never started, and
 * networks that no container came to be in. Builds end with the connection that asked for them.
 */
export async function sweepEngine(
  engine: Engine,
  /** Runs a step while nothing else is done to that server. */
  exclusive: <T>(serverId: string, step: () => Promise<T>) => Promise<T>,
): Promise<void> {
  try {
    for (const serverId of await networkedServers(engine))
      await exclusive(serverId, () => sweepServer(engine, serverId))
  } catch (error) {
    throw engineError(error)
  }
}

async function sweepServer(engine: Engine, serverId: string): Promise<void> {
  const label = labelFilter({ platform: engine.platformId, server: serverId })
  const halfMade = await engine.docker.listContainers({
    all: true,
    filters: { label, status: ['created', 'dead'] },
  })
  for (const { Id } of halfMade)
    await ignoring(engine.docker.getContainer(Id).remove({ force: true, v: true }), [404, 409])
  await removeUnusedNetworks(engine, serverId)
}
