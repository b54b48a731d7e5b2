import { z } from 'zod'

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
  /** tools/call requests in the body: more than one only in a batch. */
  calls: number
  /** The whole message, where it is an initialize request. */
  initialize: unknown
}

const text = z.string().optional().catch(undefined)
const clientSchema = z.object({ name: z.string(), version: z.string() }).optional().catch(undefined)
const id = z.union([z.string(), z.number()])
const messageSchema = z.object({
  id: id.nullish().catch(null),
  method: text,
  params: z
    .object({
      name: text,
      uri: text,
      level: text,
      requestId: id.optional().catch(undefined),
      protocolVersion: text,
      clientInfo: clientSchema,
      _meta: z
        .object({
          'io.modelcontextprotocol/protocolVersion': text,
          'io.modelcontextprotocol/clientInfo': clientSchema,
        })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
})
const errorSchema = z.object({ error: z.object({ code: z.number().int() }) })

/** Null where the body is no JSON-RPC message; then it is the server's business, not ours. */
export function readRpcMessage(body: Buffer): RpcMessage | null {
  const json = parseJson(body)
  // A batch (2025-03-26 only) is named for its first message.
  const parsed = messageSchema.safeParse(Array.isArray(json) ? json[0] : json)
  if (!parsed.success) return null
  const { method, params } = parsed.data
  const meta = params?._meta
  return {
    id: parsed.data.id ?? null,
    method: method ?? null,
    target: params?.name ?? params?.uri ?? null,
    client: params?.clientInfo ?? meta?.['io.modelcontextprotocol/clientInfo'] ?? null,
    protocol: params?.protocolVersion ?? meta?.['io.modelcontextprotocol/protocolVersion'] ?? null,
    cancels: method === 'notifications/cancelled' ? (params?.requestId ?? null) : null,
    level: params?.level ?? null,
    calls: [json].flat().filter(isToolCall).length,
    initialize: method === 'initialize' && !Array.isArray(json) ? json : null,
  }
}

function isToolCall(message: unknown): boolean {
  return (message as { method?: unknown } | null)?.method === 'tools/call'
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
  const method = message?.method ?? ''
  return (
    /^(initialize|ping|server\/discover|prompts\/get|completion\/complete|logging\/setLevel)$/.test(
      method,
    ) || /^(notifications\/.+|[a-z/]+\/(list|read|subscribe|unsubscribe))$/.test(method)
  )
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}
