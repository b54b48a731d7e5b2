import type { CallerSecret } from '@moorage/domain/caller-secrets'
import type { Context } from './context.ts'
import type { Exchange } from './exchange.ts'
import type { RequestBody } from './request-body.ts'
import type { RpcMessage } from './rpc-message.ts'
import type { ServerEntry } from './table.ts'

type Answer = { jsonrpc: '2.0'; id: string | number | null } & (
  | { result: object }
  | { error: { code: number; message: string; data?: object } }
)

/** From 2025-11-25 on, until 2026-07-28 made a result of it. */
const urlElicitationRequired = -32042
/** As for all else that the router itself refuses. */
const refused = -32000
const using = new Set(['tools/call', 'prompts/get', 'resources/read'])

/**
 * For a server that asks something of each caller: where some of it is missing, a use of the server is
 * answered with where to enter it. Null: it may pass.
 */
export function askCaller(
  { callerSecrets, dashboardOrigin }: Context,
  exchange: Exchange,
  to: { server: ServerEntry; body: RequestBody },
): Answer | null {
  const { principal, message } = exchange
  if (!message || !isUse(message)) return null
  const handed = callerSecrets.of(principal, to.server)
  if (handed?.missing.length === 0) return null
  const answer = handed
    ? askFor(exchange, message, to.body, {
        text: missingText(handed.missing),
        url: dashboardOrigin && `${dashboardOrigin}/connect/${to.server.slug}`,
      })
    : error(message, refused, nobodyText(to.server))
  if ('error' in answer) exchange.rpcErrorCode = answer.error.code
  return answer
}

/** What cannot be read passes: it lacks the header, which the server sees for itself. */
function isUse({ method, isBatch, calls }: RpcMessage): boolean {
  return isBatch ? calls > 0 : using.has(method ?? '')
}

function askFor(
  { req, requestId }: Exchange,
  message: RpcMessage,
  body: RequestBody,
  { text, url }: { text: string; url: string | null },
): Answer {
  if (url === null) return error(message, refused, `${text} Nobody can: there is no dashboard.`)
  const header = req.headers['mcp-protocol-version']
  const revision = message.protocol ?? (typeof header === 'string' ? header : '')
  const params = { mode: 'url', url, message: text }
  if (revision >= '2026-07-28' && takesUrls(body)) {
    const inputRequests = { 'moorage-secrets': { method: 'elicitation/create', params } }
    const result = { resultType: 'input_required', inputRequests }
    return { jsonrpc: '2.0', id: message.id, result }
  }
  const full = `${text} Enter it at ${url}`
  if (revision < '2025-11-25' || revision >= '2026-07-28') return error(message, refused, full)
  const elicitations = [{ ...params, elicitationId: requestId }]
  return error(message, urlElicitationRequired, full, { elicitations })
}

/** Clients of 2026-07-28 say with each request what they can do. */
function takesUrls(body: RequestBody): boolean {
  if (body.kind !== 'held') return false
  const capabilities = ['params', '_meta', 'io.modelcontextprotocol/clientCapabilities']
  let value: unknown = JSON.parse(body.bytes.toString())
  for (const name of [...capabilities, 'elicitation', 'url'])
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  return typeof value === 'object' && value !== null
}

function missingText(missing: readonly CallerSecret[]): string {
  const names = missing.map(({ name }) => `"${name}"`).join(', ')
  return `This server needs ${names} of yours first.`
}

function nobodyText({ access, callerSecrets }: ServerEntry): string {
  const names = callerSecrets.map(({ name }) => `"${name}"`).join(', ')
  return access === 'private'
    ? `This server needs ${names} of each person who calls it, and this caller is no person: sign in by OAuth, or use a key that a member of the team has made.`
    : `This server needs ${names} of each person who calls it, but is not private, so it is not known who calls. Its team can make it private.`
}

function error({ id }: RpcMessage, code: number, message: string, data?: object): Answer {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data && { data }) } }
}
