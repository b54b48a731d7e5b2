import { AppError } from '@moorage/domain/error'
import { folded, mayUse, type UseKind, type Uses } from '@moorage/domain/policy'
import type { Exchange } from './exchange.ts'
import { mcpName } from './mcp-name.ts'
import type { RequestBody } from './request-body.ts'
import { strictJson } from './strict-json.ts'
import type { ServerEntry } from './table.ts'

type RpcError = { jsonrpc: '2.0'; id: unknown; error: { code: number; message: string } }
type Fields = Record<string, unknown>
type Use = { kind: UseKind; name: unknown }

const invalidParams = -32602
const headerMismatch = -32020

/**
 * For a caller who may not use everything: what the message names is refused as if there were no such
 * thing, and what cannot be judged throws. Null: it may pass.
 */
export function refuseUse(
  exchange: Exchange,
  to: { server: ServerEntry; path: string; body: RequestBody },
): RpcError | RpcError[] | null {
  exchange.refusedBy = 'policy'
  checkPlace(exchange, to)
  const refusal = judge(exchange, readMessages(exchange, to.body))
  if (refusal === null) exchange.refusedBy = null
  else exchange.rpcErrorCode = [refusal].flat()[0]?.error.code ?? null
  return refusal
}

/** Only where MCP is spoken is it known what is asked for. */
function checkPlace(
  { req, endpoint }: Exchange,
  { server, path }: { server: ServerEntry; path: string },
): void {
  const isMcp = endpoint !== null || withoutQuery(path) === withoutQuery(server.mcpPath)
  if (isMcp && /^(?:GET|POST|DELETE)$/.test(req.method ?? '')) return
  throw new AppError('not_found', 'There is nothing here that you may use.', {
    hint: 'The server answers at /mcp.',
  })
}

function withoutQuery(path: string): string {
  return path.split('?', 1)[0] ?? ''
}

/** As every server reads them, or it throws. */
function readMessages({ req }: Exchange, body: RequestBody): { all: Fields[]; isBatch: boolean } {
  if (body.kind === 'none') return { all: [], isBatch: false }
  if (body.kind === 'stream')
    throw new AppError('too_large', 'This request is too large to be checked.', {
      hint: 'You may use a part of this server only, so each request is read first. Send less than 1 MB.',
    })
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = req.headers
  const isPlain =
    encoding === 'identity' && /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(type)
  const value = isPlain && req.method === 'POST' ? strictJson(body.bytes) : undefined
  const isBatch = Array.isArray(value)
  const all: unknown[] = isBatch ? value : [value]
  if (!all.every(isMessage)) throw unreadable()
  return { all, isBatch }
}

/** May the body be read in one way alone, so that what it asks for is known? */
export function readsOneWay(exchange: Exchange, body: RequestBody): boolean {
  try {
    readMessages(exchange, body)
    return true
  } catch {
    return false
  }
}

function unreadable(): AppError {
  return new AppError('bad_input', 'This request cannot be checked.', {
    hint: 'You may use a part of this server only, so each request has to be plain JSON-RPC in UTF-8, with no name twice.',
  })
}

/** A name that a careless parser takes for one of these is no name that a client sends. */
const judgedNames = [
  'method',
  'params',
  'name',
  'uri',
  'ref',
  'type',
  'notifications',
  'resourceSubscriptions',
]
const judgedFolded = new Set(judgedNames.map(folded))
const judgedMethods = new Set([
  'tools/call',
  'prompts/get',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'completion/complete',
  'subscriptions/listen',
])

function isMessage(value: unknown): value is Fields {
  if (!isPlainNamed(value)) return false
  const { method, params } = value
  if (method !== undefined && typeof method !== 'string') return false
  if (method && method !== folded(method) && judgedMethods.has(folded(method))) return false
  if (params === undefined) return true
  if (!isPlainNamed(params)) return false
  return [params.ref, params.notifications].every((one) => one === undefined || isPlainNamed(one))
}

function isPlainNamed(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.keys(value).every(
    (name) => judgedNames.includes(name) || !judgedFolded.has(folded(name)),
  )
}

function judge(
  { req, uses }: Exchange,
  { all, isBatch }: { all: Fields[]; isBatch: boolean },
): RpcError | RpcError[] | null {
  const [first] = all
  if (!first) return null
  if (!isBatch) return refusedHeaders(req.headers, first) ?? refusedMessage(uses, first)
  const refusals = all.map((message) => refusedMessage(uses, message))
  if (refusals.every((one) => one === null)) return null
  return all.map(
    (message, at) =>
      refusals[at] ??
      rpcError(message, invalidParams, 'Not sent: another message of the batch was refused.'),
  )
}

/** From 2026-07-28 on headers name the same as the body; servers may go by either. */
function refusedHeaders(headers: NodeJS.Dict<string | string[]>, message: Fields): RpcError | null {
  const { 'mcp-method': method, 'mcp-name': name } = headers
  const named = usesIn(message)[0]?.name
  if (method !== undefined && method !== message.method)
    return rpcError(
      message,
      headerMismatch,
      'Header mismatch: Mcp-Method is not what the body says.',
    )
  const isOther =
    typeof name === 'string' && named !== undefined && name !== named && mcpName(name) !== named
  return isOther
    ? rpcError(message, headerMismatch, 'Header mismatch: Mcp-Name is not what the body says.')
    : null
}

function refusedMessage(uses: readonly Uses[], message: Fields): RpcError | null {
  const refused = usesIn(message).find(
    ({ kind, name }) => typeof name !== 'string' || !mayUse(uses, kind, name),
  )
  return refused ? rpcError(message, invalidParams, unknownText(refused)) : null
}

/** What a message would use. */
function usesIn({ method, params }: Fields): Use[] {
  const { name, uri, ref, notifications } = fields(params)
  switch (method) {
    case 'tools/call':
      return [{ kind: 'tools', name }]
    case 'prompts/get':
      return [{ kind: 'prompts', name }]
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return [{ kind: 'resources', name: uri }]
    case 'completion/complete': {
      const { type, name: prompt, uri: resource } = fields(ref)
      return type === 'ref/prompt'
        ? [{ kind: 'prompts', name: prompt }]
        : [{ kind: 'resources', name: resource }]
    }
    case 'subscriptions/listen': {
      const { resourceSubscriptions: uris } = fields(notifications)
      if (uris === undefined) return []
      return Array.isArray(uris)
        ? uris.map((one: unknown) => ({ kind: 'resources', name: one }))
        : [{ kind: 'resources', name: null }]
    }
    default:
      return []
  }
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

/** As the official servers put it. */
function unknownText({ kind, name }: Use): string {
  const text = typeof name === 'string' ? name : '(no name)'
  switch (kind) {
    case 'tools':
      return `Tool ${text} not found`
    case 'prompts':
      return `Prompt ${text} not found`
    case 'resources':
      return `Resource not found: ${text}`
  }
}

function rpcError({ id = null }: Fields, code: number, message: string): RpcError {
  return { jsonrpc: '2.0', id, error: { code, message } }
}
