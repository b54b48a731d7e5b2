import { join } from 'node:path'
import { type AppError, toAppError } from '@moorage/domain/error'
import { planIfAny } from './detect.ts'
import { manifestDirectories } from './manifest-directories.ts'
import type { BuildPlan } from './plan.ts'
import type { Settings } from './settings.ts'
import type { SourceTree } from './source-tree.ts'

/** A directory of a repository that is a server, or that would be one but for `failure`. */
export type FoundServer =
  | { rootDir: string; plan: BuildPlan; failure?: never }
  | { rootDir: string; plan?: never; failure: AppError }

const maxServers = 50
const maxDirectories = 500
const maxDepth = 6

/**
 * Every server of a repository, each by its root directory: the nearest to the root first, examples
 * and tests last, at most 50. Directories where nothing speaks of a server are left out. The
 * settings are those that the deployment will have; a root directory among them is not applied.
 */
export function findServers(tree: SourceTree, settings: Settings = {}): FoundServer[] {
  const { rootDir: _, ...overrides } = settings
  const found: FoundServer[] = []
  const directories = manifestDirectories(tree).filter(
    (directory) => directory.split('/').length <= maxDepth,
  )
  for (const rootDir of directories.slice(0, maxDirectories)) {
    if (found.length >= maxServers) break
    const server = look(tree, rootDir, overrides)
    if (server !== null && !found.some((other) => isSame(other, server))) found.push(server)
  }
  return found
}

function look(tree: SourceTree, rootDir: string, overrides: Settings): FoundServer | null {
  try {
    const plan = planIfAny(tree, { rootDir, overrides })
    return plan && { rootDir, plan }
  } catch (error) {
    return { rootDir, failure: toAppError(error) }
  }
}

/** A workspace's root and its only member come to the same, and a Dockerfile is one from wherever it is named. */
function isSame(one: FoundServer, other: FoundServer): boolean {
  if (!one.plan || !other.plan) return false
  const key = ({ kind, rootDir, start, image, dockerfile }: BuildPlan) =>
    dockerfile === null
      ? JSON.stringify([kind, rootDir, start.command, image])
      : join(rootDir, dockerfile)
  return key(one.plan) === key(other.plan)
}
