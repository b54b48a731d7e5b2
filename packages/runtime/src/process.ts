import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { BuildSettings } from './build-settings.ts'
import type { RuntimeDriver } from './driver.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { buildImage } from './process/build.ts'
import { deployInstance } from './process/deploy.ts'
import { inspectInstance, listInstances } from './process/instance-status.ts'
import { listImages } from './process/list-images.ts'
import { logLines } from './process/logs.ts'
import { deploymentOf, pathsUnder } from './process/paths.ts'
import { pauseInstance, resumeInstance } from './process/pause.ts'
import { pruneCaches } from './process/prune-caches.ts'
import { removeInstance } from './process/remove.ts'
import {
  listVolumes,
  measureVolumes,
  readVolume,
  removeVolume,
  writeVolume,
} from './process/server-volume.ts'
import { imageFactsSchema, readState } from './process/state-file.ts'
import { stopInstance } from './process/stop.ts'
import { sweepFiles } from './process/sweep.ts'
import { watchInstances } from './process/watch.ts'

export type ProcessDriverOptions = {
  /** Platforms that share a data directory see nothing of each other. */
  platformId: string
  dataDir: string
  build: BuildSettings
  /** Where `python3`, `npm` and the like are looked for, in the form of PATH. */
  searchPath?: string
  maxBuildLogBytes?: number
}

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin'

/**
 * Servers as plain processes of this machine: no isolation, for development on machines without a
 * container engine. They outlive the builder; the next one finds them by their files.
 */
export function createProcessDriver(options: ProcessDriverOptions): RuntimeDriver {
  const paths = pathsUnder(resolve(options.dataDir, 'processes', options.platformId))
  const searchPath = options.searchPath ?? usualPath
  const images = {
    build: options.build,
    searchPath,
    maxLogBytes: options.maxBuildLogBytes ?? 4 * 2 ** 20,
  }
  const busy = new Set<string>()
  const exclusive = oneAtATime()
  const during = <T>(id: string, step: () => Promise<T>): Promise<T> =>
    exclusive(id, () => {
      busy.add(id)
      return step().finally(() => busy.delete(id))
    })

  return {
    name: 'process',
    capabilities: { isolation: 'none', limits: false, dockerfiles: false },
    build: (input) => during(input.deploymentId, () => buildImage(paths, images, input)),
    async hasImage(imageId) {
      const deploymentId = deploymentOf(imageId)
      if (deploymentId === null) return false
      return (await readState(paths.image(deploymentId).facts, imageFactsSchema)) !== null
    },
    async removeImage(imageId) {
      const deploymentId = deploymentOf(imageId)
      if (deploymentId === null) return
      await rm(paths.image(deploymentId).dir, { recursive: true, force: true })
    },
    listImages: () => listImages(paths),
    pruneCaches: (keep) => pruneCaches(paths, keep),
    deploy: (spec) => during(spec.instanceId, () => deployInstance(paths, searchPath, spec)),
    inspect: (instanceId) => inspectInstance(paths, instanceId),
    list: (filter = {}) => listInstances(paths, filter),
    logs: (instanceId, logOptions) =>
      logLines(paths.instance(instanceId).log, logOptions, async () => {
        const status = await inspectInstance(paths, instanceId)
        return !status || status.state === 'exited'
      }),
    pause: (instanceId) => pauseInstance(paths, instanceId),
    resume: (instanceId) => resumeInstance(paths, instanceId),
    // Its environment is written nowhere here, as it holds secrets.
    startAgain: async () => null,
    stop: (instanceId, { graceMs }) => stopInstance(paths, instanceId, graceMs),
    remove: (instanceId) => during(instanceId, () => removeInstance(paths, instanceId)),
    listVolumes: () => listVolumes(paths),
    measureVolumes: () => measureVolumes(paths),
    readVolume: (name) => readVolume(paths, name),
    writeVolume: (name, archive) => writeVolume(paths, name, archive),
    removeVolume: (name) => removeVolume(paths, name),
    watch: (signal) => watchInstances(paths, signal),
    protect: async () => [],
    sweep: () => sweepFiles(paths, busy),
    close: async () => undefined,
  }
}
