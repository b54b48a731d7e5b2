import type { BuildPlan } from './plan.ts'
import type { Settings } from './settings.ts'
import type { SourceTree } from './source-tree.ts'

export type Context = {
  /** The application's directory in the repository; the tree handed along starts there. */
  rootDir: string
  /** The whole of it, for what stands above that directory: a workspace's manifest and lock file. */
  repository: SourceTree
  /** moorage.json with the dashboard's settings over it. */
  settings: Settings
  /** When the deployment was asked for; without it, the plan is for looking at. */
  askedAt?: Date | undefined
}

/**
 * Knows one flavour of server. `detect` answers null where the tree is not its business, and
 * throws plan_failed where it is but cannot be started.
 */
export type Provider = {
  name: string
  detect(tree: SourceTree, context: Context): BuildPlan | null
}
