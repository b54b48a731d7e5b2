import { join } from 'node:path'
import { AppError } from '@moorage/domain/error'

/** Where the driver keeps things; one root for each platform. */
export function pathsUnder(root: string) {
  return {
    root,
    images: join(root, 'images'),
    instances: join(root, 'instances'),
    image(deploymentId: string) {
      const dir = join(root, 'images', asName(deploymentId))
      // Written when all is built: an image without it is a build that was cut short.
      return {
        dir,
        app: join(dir, 'app'),
        tmp: join(dir, 'tmp'),
        secrets: join(dir, 'secrets'),
        facts: join(dir, 'image.json'),
      }
    },
    caches: join(root, 'caches'),
    /** The home directory of a team's builds, which is where tools keep their caches. */
    buildHome: (teamId: string) => join(root, 'caches', asName(teamId)),
    volumes: join(root, 'volumes'),
    volume: (name: string) => join(root, 'volumes', asName(name)),
    instance: (instanceId: string) => instancePaths(join(root, 'instances', asName(instanceId))),
  }
}

export type Paths = ReturnType<typeof pathsUnder>

export function instancePaths(dir: string) {
  return {
    dir,
    home: join(dir, 'home'),
    tmp: join(dir, 'tmp'),
    log: join(dir, 'log'),
    /** By the driver, before the start. */
    facts: join(dir, 'instance.json'),
    /** By the launcher, once the server's process is there. */
    running: join(dir, 'running.json'),
    /** By the launcher, when it has ended. */
    exit: join(dir, 'exit.json'),
  }
}

const imagePrefix = 'dir:'

export function imageIdOf(deploymentId: string): string {
  return `${imagePrefix}${deploymentId}`
}

/** Null for what is no image of this driver, such as another driver's digest. */
export function deploymentOf(imageId: string): string | null {
  return imageId.startsWith(imagePrefix) ? imageId.slice(imagePrefix.length) : null
}

function asName(id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,80}$/.test(id)) return id
  throw new AppError('internal', 'Something went wrong on our side.', {
    message: `not an id: ${id}`,
  })
}
