import { type Endpoint, stdioEndpoint } from './endpoint.ts'
import { fixedNodePort, nodePortVariable, readsNodePort } from './node-port.ts'
import type { Reason } from './plan.ts'
import { scanSources } from './scan-sources.ts'
import type { SourceTree } from './source-tree.ts'

export type NodeTransports = {
  http: boolean
  sse: boolean
  stdio: boolean
  /** The MCP path that the source names, where it names one. */
  path: string | null
  /** Does the source read PORT? */
  readsPort: boolean
  /** The port that the source listens on by a plain number, never reading PORT. */
  fixedPort: number | null
  /** Another variable than PORT that the source reads its port from. */
  portVariable: string | null
}

const endings = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs']

const http =
  /server\/streamableHttp(?:\.js)?['"]|\b(?:WebStandard|Node)?StreamableHTTPServerTransport\b|\bcreateMcpHandler\b|@modelcontextprotocol\/(?:node|express|hono|fastify)['"]/
const sse = /server\/sse(?:\.js)?['"]|\bSSEServerTransport\b/
const stdio = /server\/stdio(?:\.js)?['"]|\bStdioServerTransport\b|\bserveStdio\b/

/** Which transports a JavaScript or TypeScript server uses, by what its source imports. */
export function findNodeTransports(tree: SourceTree): NodeTransports {
  const texts = scanSources(tree, endings).map((source) => source.text)
  const some = (pattern: RegExp) => texts.some((text) => pattern.test(text))
  return {
    http: some(http),
    sse: some(sse),
    stdio: some(stdio),
    path: findPath(texts),
    readsPort: readsNodePort(texts),
    fixedPort: fixedNodePort(texts),
    portVariable: nodePortVariable(texts),
  }
}

/**
 * What a server speaks, and where. One that can do both is taken by HTTP only where it is plainly
 * meant to be started so: it reads PORT, or a script of that name starts it.
 */
export function nodeEndpoint(found: NodeTransports, startsHttp: boolean): Endpoint {
  const listens = found.http || found.sse
  if (found.stdio && !(listens && (found.readsPort || startsHttp))) {
    return stdioEndpoint('the source speaks MCP on its standard input and output')
  }
  const transport = found.sse && !found.http ? 'sse' : 'streamable-http'
  const path = transport === 'sse' ? '/sse' : (found.path ?? '/mcp')
  return { transport, path, ...portOf(found) }
}

/** A server that ignores PORT can still be reached, where its source says plainly where it is. */
function portOf(found: NodeTransports): { port: number; reasons: Reason[] } {
  const { fixedPort, portVariable } = found
  if (portVariable !== null) {
    const because = 'the source reads its port from that, and never PORT'
    return { port: 8000, reasons: [{ choice: 'Port', value: portVariable, because }] }
  }
  if (fixedPort === null) return { port: 8000, reasons: [] }
  const because = 'the source listens there and never reads PORT'
  return { port: fixedPort, reasons: [{ choice: 'Port', value: String(fixedPort), because }] }
}

function findPath(texts: string[]): string | null {
  if (texts.some((text) => /['"`]\/mcp['"`/]/.test(text))) return '/mcp'
  const routes = new Set<string>()
  for (const text of texts) {
    for (const match of text.matchAll(
      /\.(?:post|all)\([ \t]*['"](\/[A-Za-z0-9._~/-]{0,80})['"]/g,
    )) {
      if (match[1] !== undefined) routes.add(match[1])
    }
  }
  const [only] = routes
  return routes.size === 1 ? (only ?? null) : null
}
