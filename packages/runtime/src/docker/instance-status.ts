import { z } from 'zod'
import type { Address, InstanceStatus } from '../driver.ts'
import { type Engine, orNull } from './engine.ts'
import { fromLabels, labelFilter } from './labels.ts'

export function containerName(engine: Engine, instanceId: string): string {
  return `moorage-${engine.platformId}-${instanceId}`
}

/** An instance's status, or null where there is none: not made, or made and never started. */
export async function inspectInstance(
  engine: Engine,
  instanceId: string,
): Promise<InstanceStatus | null> {
  return inspectContainer(engine, containerName(engine, instanceId))
}

export async function listInstances(
  engine: Engine,
  filter: { serverId?: string },
): Promise<InstanceStatus[]> {
  const labels = {
    platform: engine.platformId,
    ...(filter.serverId && { server: filter.serverId }),
  }
  const options = { all: true, filters: { label: labelFilter(labels) } }
  const found = (await orNull(engine.docker.listContainers(options))) ?? []
  const statuses = await Promise.all(found.map((one) => inspectContainer(engine, one.Id)))
  return statuses.filter((status) => status !== null)
}

const containerSchema = z.object({
  Config: z.object({ Labels: z.record(z.string(), z.string()) }),
  State: z.object({
    Status: z.string(),
    OOMKilled: z.boolean(),
    ExitCode: z.number(),
    StartedAt: z.string(),
  }),
  NetworkSettings: z.object({
    Ports: z
      .record(
        z.string(),
        z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable(),
      )
      .nullish(),
  }),
})
type ContainerFacts = z.infer<typeof containerSchema>

async function inspectContainer(engine: Engine, idOrName: string): Promise<InstanceStatus | null> {
  const found = await orNull(engine.docker.getContainer(idOrName).inspect())
  if (!found) return null
  const facts = containerSchema.parse(found)
  const labels = fromLabels(facts.Config.Labels)
  if (labels?.platform !== engine.platformId || facts.State.Status === 'created') return null
  const { Status: state } = facts.State
  const running = state === 'running' || state === 'paused'
  return {
    instanceId: labels.instance,
    serverId: labels.server,
    deploymentId: labels.deployment,
    state: running ? state : 'exited',
    address: running ? addressOf(facts) : null,
    exitCode: running ? null : facts.State.ExitCode,
    outOfMemory: facts.State.OOMKilled,
    startedAt: new Date(facts.State.StartedAt),
  }
}

function addressOf(facts: ContainerFacts): Address | null {
  const bindings = Object.values(facts.NetworkSettings.Ports ?? {}).flatMap((list) => list ?? [])
  const found = bindings.find((binding) => binding.HostIp === '127.0.0.1')
  return found ? { host: found.HostIp, port: Number(found.HostPort) } : null
}
