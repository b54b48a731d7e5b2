import { type Endpoint, stdioEndpoint } from '../endpoint.ts'
import { hostPlaceholder, portPlaceholder } from '../fill-command.ts'
import { readNodePackage } from '../node-package.ts'
import { findLibrary, nodePlan } from '../node-plan.ts'
import type { Provider } from '../provider.ts'
import { scanSources } from '../scan-sources.ts'
import type { SourceTree } from '../source-tree.ts'

/** The npm package `fastmcp`, which serves HTTP as its environment says, unless its source says otherwise. */
export const npmFastmcp: Provider = {
  name: 'npm fastmcp',
  detect(tree, context) {
    const manifest = readNodePackage(tree)
    if (manifest === null || findLibrary(manifest, ['fastmcp']) === null) return null
    const path = context.settings.path ?? '/mcp'
    return nodePlan(tree, context, manifest, {
      flavor: 'npm fastmcp',
      endpoint: endpointOf(tree, path),
      env: {
        FASTMCP_TRANSPORT: 'httpStream',
        FASTMCP_HOST: hostPlaceholder,
        FASTMCP_PORT: portPlaceholder,
        FASTMCP_ENDPOINT: path,
      },
    })
  },
}

/** What `start()` is given in the source comes before the environment (fastmcp's FastMCP.ts). */
function endpointOf(tree: SourceTree, path: string): Endpoint {
  const texts = scanSources(tree, ['.ts', '.mts', '.js', '.mjs', '.cjs']).map(({ text }) => text)
  const some = (pattern: RegExp) => texts.some((text) => pattern.test(text))
  if (some(/transportType: ?['"]stdio['"]/) && !some(/['"]httpStream['"]/)) {
    return stdioEndpoint('the source asks fastmcp for it')
  }
  const fixed = texts
    .map((text) => /\bhttpStream: ?\{[^}]{0,300}\bport: ?(\d{2,5})\b/.exec(text)?.[1])
    .find(Boolean)
  const port = fixed === undefined || Number(fixed) > 65535 ? 8000 : Number(fixed)
  const because = 'fastmcp serves HTTP where FASTMCP_TRANSPORT asks for it'
  return {
    transport: 'streamable-http',
    path,
    port,
    reasons: [{ choice: 'Transport', value: 'streamable-http', because }],
  }
}
