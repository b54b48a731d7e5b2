import { AppError } from '@moorage/domain/error'
import { chooseNode } from '../language-version.ts'
import { nodeInstall } from '../node-install.ts'
import { type NodePackage, readNodePackage } from '../node-package.ts'
import { findNodeStart } from '../node-start.ts'
import { findNodeTransports, type NodeTransports } from '../node-transport.ts'
import type { BuildPlan, Reason } from '../plan.ts'
import type { Context, Provider } from '../provider.ts'
import type { SourceTree } from '../source-tree.ts'

const libraries = ['@modelcontextprotocol/sdk', '@modelcontextprotocol/server']

/** The official TypeScript SDK, v1 and v2, in TypeScript or JavaScript, over HTTP. */
export const typescriptSdk: Provider = {
  name: 'TypeScript SDK',
  detect(tree, context) {
    const manifest = readNodePackage(tree)
    if (manifest === null) return null
    const library = libraries.find(
      (name) => name in manifest.dependencies || name in manifest.devDependencies,
    )
    if (library === undefined && context.settings.start === undefined) return null
    return planNode(tree, context, manifest, library)
  },
}

function planNode(
  tree: SourceTree,
  context: Context,
  manifest: NodePackage,
  library: string | undefined,
): BuildPlan {
  const { settings } = context
  const transports = findNodeTransports(tree)
  if (settings.start === undefined) refuseStdio(transports)
  const node = chooseNode(tree, settings, manifest.engines?.node ?? null)
  const start =
    settings.start === undefined
      ? findNodeStart(tree, manifest)
      : { command: settings.start, needsDevDependencies: true, reason: null }
  const { reasons, ...stages } = nodeInstall(tree, manifest, start, settings.build)
  const port = portOf(transports)
  return {
    version: 1,
    kind: 'node',
    flavor: library === undefined ? 'Node' : 'TypeScript SDK',
    rootDir: context.rootDir,
    dockerfile: null,
    base: { language: 'node', version: node.version },
    packages: [],
    ...stages,
    start: { command: start.command, env: { NODE_ENV: 'production' } },
    port: port.port,
    ...endpointOf(transports),
    reasons: [
      node.reason,
      ...reasons,
      ...(start.reason === null ? [] : [start.reason]),
      ...(port.reason === null ? [] : [port.reason]),
    ],
  }
}

function endpointOf(transports: NodeTransports): Pick<BuildPlan, 'path' | 'transport'> {
  if (transports.sse && !transports.http) return { path: '/sse', transport: 'sse' }
  return { path: transports.path ?? '/mcp', transport: 'streamable-http' }
}

/** A server that ignores PORT can still be reached, where its source says plainly where it is. */
function portOf(transports: NodeTransports): { port: number; reason: Reason | null } {
  if (transports.readsPort || transports.fixedPort === null) return { port: 8000, reason: null }
  const port = transports.fixedPort
  const because = 'the source listens there and never reads PORT'
  return { port, reason: { choice: 'Port', value: String(port), because } }
}

function refuseStdio(transports: NodeTransports): void {
  if (!transports.stdio || transports.http || transports.sse) return
  throw new AppError(
    'plan_failed',
    'The server speaks MCP over stdio only: its source uses StdioServerTransport and no HTTP transport.',
    {
      hint: 'Servers on stdio are not hosted yet. Serve HTTP as well: StreamableHTTPServerTransport of @modelcontextprotocol/sdk, or createMcpHandler of @modelcontextprotocol/server, at /mcp on process.env.PORT.',
    },
  )
}
