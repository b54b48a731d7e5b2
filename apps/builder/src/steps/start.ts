import { setTimeout as sleep } from 'node:timers/promises'
import type { BuildPlan } from '@moorage/build-plan/plan'
import type { DeploymentKind, Instance } from '@moorage/db/client'
import type { Claim } from '@moorage/deployments/claim-deployment'
import { resolveDeploymentEnv } from '@moorage/deployments/deployment-env'
import { toAppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import type { InstanceSpec, InstanceStatus } from '@moorage/runtime/driver'
import type { Builder } from '../context.ts'
import type { Env } from '../env.ts'
import { volumeName } from '../volumes/volume-name.ts'
import { pointToRemote, remoteRuntime } from './start-remote.ts'

/** The row comes first, so that whatever runs is named by one; a second call finds both again. */
export async function startInstance(
  builder: Builder,
  input: { claim: Claim; plan: BuildPlan; imageId: string },
): Promise<Instance> {
  const { deployment, server } = input.claim
  const instance =
    (await builder.deps.db.instance.findFirst({
      where: { deploymentId: deployment.id, state: { not: 'stopped' } },
    })) ??
    (await builder.deps.db.instance.create({
      data: {
        id: newId('ins'),
        deploymentId: deployment.id,
        serverId: server.id,
        runtime: input.plan.kind === 'remote' ? remoteRuntime : builder.driver.name,
      },
    }))
  const { remote } = input.plan
  if (input.plan.kind === 'remote' && remote) return pointToRemote(builder, instance, remote)
  return runInstance(builder, instance, input)
}

/** Starts what the row names, or finds that it runs, and notes where it answers. */
export async function runInstance(
  builder: Builder,
  instance: Instance,
  input: { plan: BuildPlan; imageId: string },
): Promise<Instance> {
  const { deps, env } = builder
  const { kind } = await deps.db.deployment.findUniqueOrThrow({
    where: { id: instance.deploymentId },
  })
  // A preview never gets what production keeps.
  const volume =
    kind === 'production'
      ? await deps.db.volume.findUnique({ where: { serverId: instance.serverId } })
      : null
  const status = await deployWhenFree(builder, {
    instanceId: instance.id,
    serverId: instance.serverId,
    deploymentId: instance.deploymentId,
    imageId: input.imageId,
    plan: input.plan,
    env: await resolveDeploymentEnv(deps, instance.deploymentId),
    volume: volume && { name: volumeName(volume), path: volume.path },
    limits: limitsOf(input.plan, env, kind),
  })
  builder.collectors.ensure(instance)
  const { host = null, port = null } = status.address ?? {}
  return deps.db.instance.update({ where: { id: instance.id }, data: { host, port } })
}

/** What had the volume before, such as an instance of a server that was removed, may just be ending. */
const volumeFreeMs = 20_000

async function deployWhenFree(builder: Builder, spec: InstanceSpec): Promise<InstanceStatus> {
  for (const end = Date.now() + volumeFreeMs; ; ) {
    try {
      return await builder.driver.deploy(spec)
    } catch (error) {
      if (toAppError(error).code !== 'conflict' || Date.now() > end) throw error
      await sleep(500, undefined, { signal: builder.stopping })
    }
  }
}

/** What a preview has of what production has. */
const previewShare = 0.5

/** A server that speaks stdio is one process a session, of some threads each. */
function limitsOf(
  { transport }: BuildPlan,
  env: Env,
  kind: DeploymentKind,
): InstanceSpec['limits'] {
  const share = kind === 'preview' ? previewShare : 1
  const maxChildren = Math.ceil(env.MOORAGE_MAX_CHILDREN * share)
  const isStdio = transport === 'stdio'
  const megabytes = isStdio ? env.MOORAGE_STDIO_MEMORY_MB : env.MOORAGE_SERVER_MEMORY_MB
  return {
    memoryBytes: Math.max(64, Math.round(megabytes * share)) * 1024 * 1024,
    cpus: env.MOORAGE_SERVER_CPUS * share,
    pids: isStdio ? 256 + 32 * maxChildren : 256,
    maxChildren,
  }
}
