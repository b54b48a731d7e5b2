const listMethods = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
])
/** What differs from call to call and says nothing of what is asked for. */
const passing = new Set(['io.modelcontextprotocol/clientInfo', 'progressToken', 'traceparent'])
const longest = 4_096

/**
 * What a request for a whole list asks for: the same text gets the same answer (MCP 2026-07-28,
 * caching, "Cache Key"). Null for every other request, and for a part of a list.
 */
export function listKey(method: string | null, params: Record<string, unknown>): string | null {
  if (method === null || !listMethods.has(method)) return null
  const { _meta: meta = {}, ...rest } = params
  if (Object.keys(rest).length > 0 || typeof meta !== 'object' || meta === null) return null
  const asked = Object.entries(meta).filter(([name]) => !passing.has(name))
  const key = `${method} ${JSON.stringify(Object.fromEntries(asked))}`
  return key.length <= longest ? key : null
}
