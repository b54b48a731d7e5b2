import { createHash } from 'node:crypto'
import { AppError } from '@moorage/domain/error'
import { type Engine, engineError, ignoring } from './engine.ts'
import { labelFilter, toLabels } from './labels.ts'

/** Where the networks of servers are cut from; 16 addresses each. */
export type NetworkPool = { firstAddress: string; prefix: number }

export const defaultNetworkPool: NetworkPool = { firstAddress: '10.213.0.0', prefix: 16 }

const blockSize = 16
const tries = 64

/** The server's own network, made where it is missing; its id. */
export async function ensureNetwork(
  engine: Engine,
  pool: NetworkPool,
  serverId: string,
): Promise<string> {
  const existing = await findNetworks(engine, serverId)
  const [first] = existing
  if (first) return first
  for (const subnet of candidates(pool, `${engine.platformId}/${serverId}`)) {
    const id = await createNetwork(engine, serverId, subnet)
    if (id) return id
  }
  throw new AppError('start_failed', "No address range is left for the server's network.", {
    hint: 'The operator should remove unused networks from the container engine.',
  })
}

/** Removes the server's networks that no container is in any more. */
export async function removeUnusedNetworks(engine: Engine, serverId: string): Promise<void> {
  const used = await engine.docker.listContainers({
    all: true,
    filters: { label: labelFilter({ platform: engine.platformId, server: serverId }) },
  })
  if (used.length > 0) return
  for (const id of await findNetworks(engine, serverId))
    await ignoring(engine.docker.getNetwork(id).remove(), [403, 404])
}

/** The servers that this platform has networks for. */
export async function networkedServers(engine: Engine): Promise<Set<string>> {
  const label = labelFilter({ platform: engine.platformId })
  const networks = await engine.docker.listNetworks({ filters: { label } })
  const name = Object.keys(toLabels({ server: '' }))[0] ?? ''
  return new Set(networks.flatMap((network) => network.Labels?.[name] ?? []))
}

async function findNetworks(engine: Engine, serverId: string): Promise<string[]> {
  const label = labelFilter({ platform: engine.platformId, server: serverId })
  const found = await engine.docker.listNetworks({ filters: { label } })
  return found.map((network) => network.Id).sort()
}

/**
 * The engine's own pools hold some 30 networks; a platform needs one a server. So the range is
 * chosen here: by the server's name, and on from there where one is taken.
 */
function* candidates(pool: NetworkPool, name: string): Generator<string> {
  const blocks = 2 ** (32 - pool.prefix) / blockSize
  const start = createHash('sha256').update(name).digest().readUInt32BE(0)
  const first = pool.firstAddress.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  for (let i = 0; i < Math.min(tries, blocks); i++) {
    const address = first + ((start + i) % blocks) * blockSize
    const parts = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256)
    yield `${parts.join('.')}/${32 - Math.log2(blockSize)}`
  }
}

/** Null where the range is taken. */
async function createNetwork(
  engine: Engine,
  serverId: string,
  subnet: string,
): Promise<string | null> {
  try {
    const network = await engine.docker.createNetwork({
      Name: `moorage-${engine.platformId}-${serverId}`,
      CheckDuplicate: true,
      Driver: 'bridge',
      IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
      Labels: toLabels({ platform: engine.platformId, server: serverId }),
      Options: {
        // Instances of one server have no business with each other either.
        'com.docker.network.bridge.enable_icc': 'false',
        'com.docker.network.bridge.host_binding_ipv4': '127.0.0.1',
      },
    })
    return network.id
  } catch (error) {
    if (error instanceof Error && /pool overlaps|overlaps with/i.test(error.message)) return null
    throw engineError(error)
  }
}
