import { internalError, invalidParams, isRecord, type Message, methodNotFound } from './json-rpc.ts'
import type { InitializeResult } from './member.ts'
import { type ModernRequest, modernVersion, serverInfoKey } from './modern-request.ts'

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
  { id, method }: ModernRequest,
  server: InitializeResult,
  answer: Message,
): { message: Message; status: number } {
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

const statuses = new Map([
  [methodNotFound, 404],
  [-32021, 400],
])

/** Codes up to 2025-11-25 that must not be sent any more ("Error Codes"). */
const codes = new Map([
  [-32002, invalidParams],
  [-32042, internalError],
])
