import type { BuildPlan } from './plan.ts'
import type { Source } from './scan-sources.ts'

const stdio = /stdio_server|run_stdio|["']stdio["']|\.run\(\)/
const http =
  /StreamableHTTPSessionManager|streamable_http_app\(|\.http_app\(|["'](?:streamable-http|http)["']/
const sse = /SseServerTransport|\.sse_app\(|["']sse["']/
const readsPort = /(?:environ|getenv)[^\n]{0,40}["']PORT["']/
const fixedPort = /\bport ?= ?(\d{4,5})\b/

/** What a Python server speaks when it is simply run, by its source. Stdio, where it can do both. */
export function findPythonTransport(sources: readonly Source[]): {
  transport: BuildPlan['transport']
  /** Where its source says plainly that it listens, and never reads PORT. */
  port: number | null
} {
  const some = (pattern: RegExp) => sources.some(({ text }) => pattern.test(text))
  if (some(stdio) || !(some(http) || some(sse))) return { transport: 'stdio', port: null }
  const found = sources.map(({ text }) => fixedPort.exec(text)?.[1]).find(Boolean)
  const port =
    found === undefined || some(readsPort) || Number(found) > 65535 ? null : Number(found)
  return { transport: some(http) ? 'streamable-http' : 'sse', port }
}
