import { AppError, toAppError } from '@moorage/domain/error'
import Docker from 'dockerode'
import { z } from 'zod'
import type { BuildSettings } from './build-settings.ts'
import { type BaseImages, type MakeBaseImage, officialBaseImages } from './docker/base-image.ts'
import { bridgeVolumes, sweepBridges } from './docker/bridge-volume.ts'
import { buildImage } from './docker/build.ts'
import { deployInstance, startAgain } from './docker/deploy.ts'
import { dial, type Engine, engineError, ignoring, orNull } from './docker/engine.ts'
import { applyFirewall, firewallRules } from './docker/firewall.ts'
import { canHoldRuns } from './docker/hold-runs.ts'
import { containerName, inspectInstance, listInstances } from './docker/instance-status.ts'
import { fromLabels } from './docker/labels.ts'
import { listImages } from './docker/list-images.ts'
import { instanceLogs } from './docker/logs.ts'
import { defaultNetworkPool, type NetworkPool, removeUnusedNetworks } from './docker/network.ts'
import { pauseInstance, resumeInstance } from './docker/pause.ts'
import { pruneCaches } from './docker/prune-caches.ts'
import type { RegistryAuth } from './docker/registry-auth.ts'
import {
  listVolumes,
  measureVolumes,
  readVolume,
  removeVolume,
  sweepReachers,
  writeVolume,
} from './docker/server-volume.ts'
import { sweepEngine } from './docker/sweep.ts'
import { watchInstances } from './docker/watch.ts'
import type { RuntimeDriver } from './driver.ts'
import { oneAtATime } from './one-at-a-time.ts'

export type DockerDriverOptions = {
  /** Written on all that the driver makes; what bears another one is never touched. */
  platformId: string
  build: BuildSettings
  /** Defaults to the official slim images. */
  baseImages?: Partial<BaseImages>
  /** For a machine that no container registry answers. */
  makeBaseImage?: MakeBaseImage | undefined
  networkPool?: NetworkPool
  /** Where the engine answers; by default what DOCKER_HOST names, or the local socket. */
  socketPath?: string
  /** For private images of kind `image`; every team on the platform may use them. */
  registryAuth?: RegistryAuth
  /** What servers and builds may reach though it is private; null: no rules are set. */
  firewall?: { allowed: string[] } | null
  maxImageBytes?: number
  maxBuildLogBytes?: number
}

/** Servers as containers of the Docker engine that DOCKER_HOST names, or of the local one. */
export async function createDockerDriver(options: DockerDriverOptions): Promise<RuntimeDriver> {
  if (!/^[a-z0-9][a-z0-9_.-]{0,40}$/.test(options.platformId))
    throw new AppError('bad_input', `"${options.platformId}" cannot be the name of a platform.`)
  const { platformId, socketPath } = options
  const docker = new Docker(socketPath ? { socketPath } : undefined)
  const engine: Engine = { docker, platformId }
  const pool = options.networkPool ?? defaultNetworkPool
  const exclusive = oneAtATime()
  const names = { ...officialBaseImages, ...options.baseImages }
  const bridges = bridgeVolumes(engine, names)
  const images = {
    baseImages: { names, make: options.makeBaseImage },
    bridges,
    build: options.build,
    registryAuth: options.registryAuth ?? {},
    maxImageBytes: options.maxImageBytes ?? 4 * 2 ** 30,
    maxLogBytes: options.maxBuildLogBytes ?? 4 * 2 ** 20,
    engineDir: await engineDir(docker),
  }

  return {
    name: 'docker',
    capabilities: { isolation: 'container', limits: true, dockerfiles: true },
    build: (input) => buildImage(engine, images, input),
    async hasImage(imageId) {
      return (await orNull(engine.docker.getImage(imageId).inspect())) !== null
    },
    async removeImage(imageId) {
      await orNull(engine.docker.getImage(imageId).remove({ force: true }))
    },
    listImages: () => listImages(engine),
    pruneCaches: (keep) => pruneCaches(engine, keep),
    deploy: (spec) =>
      exclusive(spec.serverId, () => deployInstance(engine, { pool, bridges }, spec)),
    inspect: (instanceId) => inspectInstance(engine, instanceId),
    list: (filter = {}) => listInstances(engine, filter),
    logs: (instanceId, logOptions) => instanceLogs(engine, instanceId, logOptions),
    pause: (instanceId) => pauseInstance(engine, instanceId),
    resume: (instanceId) => resumeInstance(engine, instanceId),
    startAgain: (instanceId) => startAgain(engine, instanceId),
    async stop(instanceId, { graceMs }) {
      // What is paused hears no SIGTERM.
      await resumeInstance(engine, instanceId)
      const container = engine.docker.getContainer(containerName(engine, instanceId))
      await ignoring(container.stop({ t: Math.ceil(graceMs / 1000) }), [304, 404])
    },
    async remove(instanceId) {
      const container = engine.docker.getContainer(containerName(engine, instanceId))
      const found = await orNull(container.inspect())
      if (!found) return
      const serverId = fromLabels(found.Config.Labels)?.server ?? ''
      await exclusive(serverId, async () => {
        await ignoring(container.remove({ force: true, v: true }), [404, 409])
        await removeUnusedNetworks(engine, serverId)
      })
    },
    listVolumes: () => listVolumes(engine),
    measureVolumes: () => measureVolumes(engine),
    readVolume: (name) => readVolume(engine, name),
    writeVolume: (name, archive) => writeVolume(engine, name, archive),
    removeVolume: (name) => removeVolume(engine, name),
    watch: (signal) => watchInstances(engine, signal),
    async protect() {
      const missing: string[] = []
      if (!canHoldRuns())
        missing.push('Steps of builds are held to no limit of memory, CPU or processes.')
      if (options.firewall === null) return missing
      try {
        await applyFirewall(await firewallRules(engine, pool, options.firewall?.allowed ?? []))
      } catch (error) {
        const { userMessage, hint, message } = toAppError(error)
        missing.push(`${userMessage} (${message}) ${hint ?? ''}`)
      }
      return missing
    },
    async sweep() {
      await sweepEngine(engine, exclusive)
      await sweepBridges(engine)
      await sweepReachers(engine)
    },
    close: async () => undefined,
  }
}

/** Also the question whether an engine answers at all. */
async function engineDir(docker: Docker): Promise<string> {
  const abortSignal = AbortSignal.timeout(10_000)
  try {
    const call = { method: 'GET', path: '/_ping', isStream: true, abortSignal } as const
    const answer = await dial(docker, call)
    answer.destroy()
    return z.object({ DockerRootDir: z.string() }).parse(await docker.info()).DockerRootDir
  } catch (error) {
    throw engineError(error)
  }
}
