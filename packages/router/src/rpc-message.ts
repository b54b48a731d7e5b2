import { z } from 'zod'
import { listKey } from './list-key.ts'

/** What the log and the session need to know of a JSON-RPC message. */
export type RpcMessage = {
  id: string | number | null
  method: string | null
  /** The tool, prompt or resource that it names. */
  target: string | null
  client: { name: string; version: string } | null
  protocol: string | null
  /** For a cancellation: the request that it is about. */
  cancels: string | number | null
  /** For logging/setLevel. */
  level: string | null
  /** For a request for a whole list: what it asks for (list-key.ts). */
  listKey: string | null
  /** tools/call requests in the body: more than one only in a batch. */
  calls: number
  /** The whole message, where it is an initialize request. */
  initialize: unknown
  /** All else is said of its first message. */
  isBatch: boolean
}

const errorSchema = z.object({ error: z.object({ code: z.number().int() }) })

/**
 * Null where the body is no JSON-RPC message; then it is the server's business, not ours. Read field
 * by field, as a schema would take most of the time that there is for a request.
 */
export function readRpcMessage(body: Buffer): RpcMessage | null {
  const json = parseJson(body)
  if (typeof json !== 'object' || json === null) return null
  const isBatch = Array.isArray(json)
  // A batch (2025-03-26 only) is named for its first message.
  const message = fields(isBatch ? json[0] : json)
  const params = fields(message.params)
  const meta = fields(params._meta)
  const method = text(message.method)
  return {
    id: idOf(message.id),
    method,
    target: text(params.name) ?? text(params.uri),
    client: client(params.clientInfo) ?? client(meta['io.modelcontextprotocol/clientInfo']),
    protocol: text(params.protocolVersion) ?? text(meta['io.modelcontextprotocol/protocolVersion']),
    cancels: method === 'notifications/cancelled' ? idOf(params.requestId) : null,
    level: text(params.level),
    listKey: isBatch ? null : listKey(method, params),
    calls: isBatch ? json.filter(isToolCall).length : Number(isToolCall(json)),
    initialize: method === 'initialize' && !isBatch ? json : null,
    isBatch,
  }
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : noFields
}

const noFields: Record<string, unknown> = {}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function idOf(value: unknown): string | number | null {
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

function client(value: unknown): RpcMessage['client'] {
  const { name, version } = fields(value)
  return typeof name === 'string' && typeof version === 'string' ? { name, version } : null
}

function isToolCall(message: unknown): boolean {
  return fields(message).method === 'tools/call'
}

/** The code of a JSON-RPC error answer, or null. Looks twice only at what may be one. */
export function rpcErrorCode(body: Buffer): number | null {
  if (!body.includes('"error"')) return null
  const parsed = errorSchema.safeParse(parseJson(body))
  return parsed.success ? parsed.data.error.code : null
}

/** The id of a request in an event of the server's: a question to the client. Null for anything else. */
export function questionId(data: string): string | number | null {
  if (!data.includes('"method"')) return null
  const message = readRpcMessage(Buffer.from(data))
  return message?.method ? message.id : null
}

/**
 * May it be sent again when it is not known whether it arrived? A tool call may have been carried
 * out (RFC 9110, 9.2.2: a proxy must not repeat what is not idempotent).
 */
export function isRepeatable(httpMethod: string, message: RpcMessage | null): boolean {
  if (httpMethod === 'GET' || httpMethod === 'HEAD') return true
  if (message?.isBatch) return false
  // An answer to the server: it waits for one, and ignores another.
  if (message?.method === null && message.id !== null) return true
  const method = message?.method ?? ''
  return (
    /^(initialize|ping|server\/discover|prompts\/get|completion\/complete|logging\/setLevel)$/.test(
      method,
    ) || /^(notifications\/.+|[a-z/]+\/(list|read|subscribe|unsubscribe))$/.test(method)
  )
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return null
  }
}
