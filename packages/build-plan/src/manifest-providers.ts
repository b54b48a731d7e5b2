import type { BuildPlan } from './plan.ts'
import type { Context, Provider } from './provider.ts'
import { dockerfile } from './providers/dockerfile.ts'
import { fastmcpTs } from './providers/fastmcp-ts.ts'
import { go } from './providers/go.ts'
import { npmFastmcp } from './providers/npm-fastmcp.ts'
import { openapiAlone } from './providers/openapi.ts'
import { pythonProject } from './providers/python-project.ts'
import { pythonUndeclared } from './providers/python-undeclared.ts'
import { rust } from './providers/rust.ts'
import { typescriptSdk } from './providers/typescript-sdk.ts'
import type { SourceTree } from './source-tree.ts'

/** What a repository that no platform's file speaks for is taken as, in the order of precedence. */
export const manifestProviders: readonly Provider[] = [
  dockerfile,
  pythonProject,
  go,
  rust,
  npmFastmcp,
  fastmcpTs,
  typescriptSdk,
  pythonUndeclared,
  openapiAlone,
]

/** The plan of the first that knows the tree. */
export function planByManifest(
  tree: SourceTree,
  context: Context,
  order: readonly Provider[] = manifestProviders,
): BuildPlan | null {
  for (const provider of order) {
    const plan = provider.detect(tree, context)
    if (plan !== null) return plan
  }
  return null
}
