/** A JSON-RPC message as it came; whatever else is in it passes on untouched. */
export type Message = {
  jsonrpc: '2.0'
  id?: Id | null
  method?: string
  params?: Record<string, unknown>
  result?: unknown
  error?: RpcError
}
export type Id = string | number
export type RpcError = { code: number; message: string; data?: unknown }
export type Request = Message & { id: Id; method: string }

export const parseError = -32700
export const invalidRequest = -32600
export const methodNotFound = -32601
export const invalidParams = -32602
export const internalError = -32603
/** For what has no code of its own (JSON-RPC 2.0, section 5.1). */
export const serverError = -32000

export function isMessage(value: unknown): value is Message {
  if (!isRecord(value) || value.jsonrpc !== '2.0') return false
  const { id, method, params } = value
  if (method === undefined) return isId(id) ? hasAnswer(value) : id === null && 'error' in value
  return (
    typeof method === 'string' &&
    (id === undefined || isId(id)) &&
    (params === undefined || isRecord(params))
  )
}

/** A request has an id and is owed an answer. */
export function isRequest(message: Message): message is Request {
  return message.method !== undefined && isId(message.id)
}

/** `1` and `"1"` are two ids. */
export function idKey(id: unknown): string {
  return `${typeof id}:${id}`
}

export function errorResponse(
  id: Id | null,
  code: number,
  message: string,
  data?: unknown,
): Message {
  const error = { code, message, ...(data === undefined ? {} : { data }) }
  return { jsonrpc: '2.0', id, error }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isId(id: unknown): id is Id {
  return typeof id === 'string' || typeof id === 'number'
}

function hasAnswer(message: Record<string, unknown>): boolean {
  return 'result' in message || isRecord(message.error)
}
