import { hostPlaceholder, portPlaceholder } from '../fill-command.ts'
import { readNodePackage } from '../node-package.ts'
import { findLibrary, nodePlan } from '../node-plan.ts'
import type { Provider } from '../provider.ts'
import { scanSources } from '../scan-sources.ts'

const library = '@prefecthq/fastmcp-ts'
const makesServer = /\bnew FastMCP\b/

/** FastMCP for TypeScript: its own command runs a source file that makes the server. */
export const fastmcpTs: Provider = {
  name: 'FastMCP for TypeScript',
  detect(tree, context) {
    const manifest = readNodePackage(tree)
    if (manifest === null || findLibrary(manifest, [library]) === null) return null
    const file = scanSources(tree, ['.ts', '.mts', '.js', '.mjs']).find(({ text }) =>
      makesServer.test(text),
    )?.path
    const path = context.settings.path ?? '/mcp'
    const flags = ['--transport', 'http', '--host', hostPlaceholder, '--port', portPlaceholder]
    return nodePlan(tree, context, manifest, {
      flavor: 'FastMCP for TypeScript',
      endpoint: { transport: 'streamable-http', path, port: 8000, reasons: [] },
      ...(file !== undefined && {
        start: {
          command: ['node_modules/.bin/fastmcp', 'run', file, ...flags, '--path', path],
          needsDevDependencies: library in manifest.devDependencies,
          reason: {
            choice: 'Start command',
            value: `fastmcp run ${file}`,
            because: 'it makes the FastMCP server',
          },
        },
      }),
    })
  },
}
