import { planBuild } from './detect.ts'
import type { BuildPlan } from './plan.ts'
import type { Settings } from './settings.ts'
import { sourceTreeFrom } from './source-tree.ts'

/** The files that stand in for a repository where a server's settings say all there is to say. */
export function settingsFiles(settings: Settings, document: string | null): Record<string, string> {
  const name = settings.openapi?.document
  const files = { 'moorage.json': JSON.stringify(settings) }
  return name === undefined || document === null ? files : { ...files, [name]: document }
}

/** The plan of a server without a repository. Throws plan_failed. */
export function planSettings(settings: Settings, document: string | null): BuildPlan {
  return planBuild(sourceTreeFrom(settingsFiles(settings, document)))
}
