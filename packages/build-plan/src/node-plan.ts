import type { Endpoint } from './endpoint.ts'
import { portPlaceholder } from './fill-command.ts'
import { chooseNode } from './language-version.ts'
import { nodeInstall } from './node-install.ts'
import type { NodePackage } from './node-package.ts'
import { findNodeStart, type NodeStart } from './node-start.ts'
import { findNodeTransports, nodeEndpoint } from './node-transport.ts'
import { findNodeWorkspace } from './node-workspace.ts'
import type { BuildPlan } from './plan.ts'
import type { Context } from './provider.ts'
import type { SourceTree } from './source-tree.ts'

type Parts = {
  flavor: string
  /** Where the flavour itself says how it is started, and not the project. */
  start?: NodeStart
  endpoint?: Endpoint
  env?: Record<string, string>
}

/** A plan on the Node base image, of the parts in which one flavour differs from another. */
export function nodePlan(
  tree: SourceTree,
  context: Context,
  manifest: NodePackage,
  parts: Parts,
): BuildPlan {
  const { settings } = context
  const node = chooseNode(tree, settings, manifest.engines?.node ?? null)
  const transports = findNodeTransports(tree)
  const start: NodeStart = settings.start
    ? { command: settings.start, needsDevDependencies: true, reason: null }
    : (parts.start ?? findNodeStart(tree, manifest, transports))
  const workspace = findNodeWorkspace(context.repository, context.rootDir)
  const { reasons, command, ...stages } = nodeInstall({
    tree,
    manifest,
    start,
    workspace,
    build: settings.build,
  })
  const endpoint = parts.endpoint ?? nodeEndpoint(transports, start.isHttp ?? false)
  const { portVariable } = transports
  const isTold = parts.endpoint === undefined && endpoint.transport !== 'stdio'
  const portEnv = isTold && portVariable !== null ? { [portVariable]: portPlaceholder } : {}
  return {
    version: 1,
    kind: 'node',
    flavor: parts.flavor,
    rootDir: workspace?.root ?? context.rootDir,
    dockerfile: null,
    base: { language: 'node', version: node.version },
    packages: [],
    ...stages,
    start: { command, env: { NODE_ENV: 'production', ...portEnv, ...parts.env } },
    port: endpoint.port,
    path: endpoint.path,
    transport: endpoint.transport,
    reasons: [
      node.reason,
      ...reasons,
      ...(start.reason === null ? [] : [start.reason]),
      ...endpoint.reasons,
    ],
  }
}

/** The first of these libraries that a project depends on, in whatever way. */
export function findLibrary(manifest: NodePackage, libraries: readonly string[]): string | null {
  const known = { ...manifest.devDependencies, ...manifest.dependencies }
  return libraries.find((name) => name in known) ?? null
}
