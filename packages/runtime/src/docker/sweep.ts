import { type Engine, engineError, ignoring } from './engine.ts'
import { fromLabels, labelFilter } from './labels.ts'
import { networkedServers, removeUnusedNetworks } from './network.ts'

const halfMade = ['created', 'dead']

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
    for (const serverId of await serversToSweep(engine))
      await exclusive(serverId, () => sweepServer(engine, serverId))
  } catch (error) {
    throw engineError(error)
  }
}

async function serversToSweep(engine: Engine): Promise<Set<string>> {
  const label = labelFilter({ platform: engine.platformId })
  const containers = await engine.docker.listContainers({
    all: true,
    filters: { label, status: halfMade },
  })
  const servers = await networkedServers(engine)
  for (const { Labels } of containers) {
    const serverId = fromLabels(Labels)?.server
    if (serverId) servers.add(serverId)
  }
  return servers
}

async function sweepServer(engine: Engine, serverId: string): Promise<void> {
  const label = labelFilter({ platform: engine.platformId, server: serverId })
  const found = await engine.docker.listContainers({
    all: true,
    filters: { label, status: halfMade },
  })
  for (const { Id } of found)
    await ignoring(engine.docker.getContainer(Id).remove({ force: true, v: true }), [404, 409])
  await removeUnusedNetworks(engine, serverId)
}
