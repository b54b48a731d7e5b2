import { internalError, invalidParams, isRecord, type Message, methodNotFound } from './json-rpc.ts'
import type { InitializeResult } from './member.ts'
import { isAskable, type ModernRequest, modernVersion, serverInfoKey } from './modern-request.ts'

const urlElicitationRequired = -32042
const cacheable = [
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]

/**
 * The answer of an older child as 2026-07-28 wants it. An older server says nothing of caching, so
 * nothing may be kept or shared: `ttlMs` 0, `private`.
 */
export function toModernAnswer(
  request: ModernRequest,
  server: InitializeResult,
  answer: Message,
): { message: Message; status: number } {
  const { id, method } = request
  const visits = urlsToVisit(request, answer)
  if (visits) {
    const result = { resultType: 'input_required', inputRequests: visits }
    return { message: { jsonrpc: '2.0', id, result }, status: 200 }
  }
  if (answer.error) {
    const { code } = answer.error
    const error = { ...answer.error, code: codes.get(code) ?? code }
    return { message: { jsonrpc: '2.0', id, error }, status: statuses.get(code) ?? 200 }
  }
  const given = isRecord(answer.result) ? answer.result : {}
  const meta = isRecord(given._meta) ? given._meta : {}
  const info = isRecord(server.serverInfo) ? { [serverInfoKey]: server.serverInfo } : {}
  const result = {
    resultType: 'complete',
    ...(cacheable.includes(method) ? { ttlMs: 0, cacheScope: 'private' } : {}),
    ...given,
    _meta: { ...info, ...meta },
  }
  return { message: { jsonrpc: '2.0', id, result }, status: 200 }
}

/** server/discover, out of what the child said when it was initialized: a child is never asked. */
export function discover(server: InitializeResult): Record<string, unknown> {
  // Tasks of 2025-11-25 are no part of the core of 2026-07-28.
  const { tasks: _tasks, ...capabilities } = server.capabilities
  const { instructions } = server
  return {
    supportedVersions: [modernVersion],
    capabilities,
    ...(typeof instructions === 'string' ? { instructions } : {}),
  }
}

/**
 * A server of 2025-11-25 that needs its user to visit a page first says so by an error that is no more;
 * now it is a question, and the client calls anew when it is answered. Null: it is not that, or the
 * client cannot.
 */
function urlsToVisit(request: ModernRequest, { error }: Message): Record<string, object> | null {
  const { elicitations } = isRecord(error?.data) ? error.data : {}
  const { elicitation } = request.capabilities
  const isAsked = error?.code === urlElicitationRequired && isAskable(request)
  if (!isAsked || !Array.isArray(elicitations) || elicitations.length === 0) return null
  if (!isRecord(elicitation) || !isRecord(elicitation.url)) return null
  return Object.fromEntries(
    elicitations.map((params, i) => [`url-${i + 1}`, { method: 'elicitation/create', params }]),
  )
}

const statuses = new Map([
  [methodNotFound, 404],
  [-32021, 400],
])

/** Codes up to 2025-11-25 that must not be sent any more ("Error Codes"). */
const codes = new Map([
  [-32002, invalidParams],
  [urlElicitationRequired, internalError],
])
