import { type Endpoint, stdioEndpoint } from './endpoint.ts'
import type { Source } from './scan-sources.ts'

export type TransportPatterns = { http: RegExp; sse: RegExp; stdio: RegExp; readsPort: RegExp }

/** `":8080"` and the like, at the end of an address or alone. */
const address = /["'`](?:[\w.*[\]]{0,60})?:(\d{4,5})["'`]/g
const defaultPort = 8000

/**
 * What a compiled server speaks when it is simply started, by its source: stdio where it can do
 * that and HTTP too, unless it reads PORT, as only a server that is meant to listen does.
 */
export function scanTransport(sources: readonly Source[], patterns: TransportPatterns): Endpoint {
  const some = (pattern: RegExp) => sources.some(({ text }) => pattern.test(text))
  const listens = some(patterns.http) || some(patterns.sse)
  const readsPort = some(patterns.readsPort)
  if (!listens || (some(patterns.stdio) && !readsPort)) {
    return stdioEndpoint('the source speaks MCP on its standard input and output')
  }
  const transport = some(patterns.http) ? 'streamable-http' : 'sse'
  const fixed = readsPort ? null : fixedPort(sources)
  const because = 'the source listens there and never reads PORT'
  return {
    transport,
    path: transport === 'sse' ? '/sse' : '/mcp',
    port: fixed ?? defaultPort,
    reasons: fixed === null ? [] : [{ choice: 'Port', value: String(fixed), because }],
  }
}

function fixedPort(sources: readonly Source[]): number | null {
  const ports = new Set<number>()
  for (const { text } of sources)
    for (const match of text.matchAll(address)) ports.add(Number(match[1]))
  const [only] = ports
  return ports.size === 1 && only !== undefined && only < 65536 ? only : null
}
