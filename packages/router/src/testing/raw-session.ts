import { type Answer, bearer, send } from './client.ts'

export const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'raw', version: '0' },
  },
}

export const json = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}

/** A legacy session, by hand; resolves with its id. */
export async function openSession(
  mcp: string,
  key: string,
  capabilities: object = {},
): Promise<string> {
  const headers = { ...bearer(key), ...json }
  const body = JSON.stringify({ ...initialize, params: { ...initialize.params, capabilities } })
  const answer = await send(mcp, { method: 'POST', headers, body })
  const id = answer.headers['mcp-session-id']
  if (typeof id !== 'string') throw new Error(`no session: ${answer.status} ${answer.text}`)
  return id
}

export function inSession(key: string, sessionId: string): Record<string, string> {
  return {
    ...bearer(key),
    ...json,
    'mcp-session-id': sessionId,
    'mcp-protocol-version': '2025-11-25',
  }
}

export function listTools(mcp: string, sessionId: string, key: string): Promise<Answer> {
  const headers = inSession(key, sessionId)
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
  return send(mcp, { method: 'POST', headers, body })
}

export function endSession(mcp: string, sessionId: string, key: string): Promise<Answer> {
  return send(mcp, { method: 'DELETE', headers: inSession(key, sessionId) })
}
