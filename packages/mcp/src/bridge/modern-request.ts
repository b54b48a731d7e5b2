import type { IncomingHttpHeaders } from 'node:http'
import { BadRequest } from './bad-request.ts'
import {
  type Id,
  invalidParams,
  isMessage,
  isRecord,
  type Message,
  type Request,
} from './json-rpc.ts'
import { checkHeader, checkNameHeader } from './mcp-headers.ts'

export const modernVersion = '2026-07-28'
const unsupportedVersion = -32022
const prefix = 'io.modelcontextprotocol/'
export const serverInfoKey = `${prefix}serverInfo`
export const subscriptionIdKey = `${prefix}subscriptionId`
/** From the least to the most severe. */
export const logLevels: readonly unknown[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
]

/** A request of 2026-07-28, with all that is to be known of its client. */
export type ModernRequest = {
  id: Id
  method: string
  /** With its `_meta`, less what is for the transport and this revision alone: as an older server takes it. */
  params: Record<string, unknown>
  meta: Record<string, unknown>
  capabilities: Record<string, unknown>
  logLevel: unknown
  inputResponses: unknown
  requestState: unknown
  /** Whose request it is, as the router says; all are one where nobody does. */
  principal: string
}

/** The body decides, and the header where the body says nothing ("Backward Compatibility"). */
export function isModern(headers: IncomingHttpHeaders, body: unknown): body is Message {
  if (!isMessage(body) || body.method === undefined) return false
  const isClaimed = metaOf(body)[`${prefix}protocolVersion`] !== undefined
  const header = headers['mcp-protocol-version']
  return isClaimed || (/^\d{4}-\d\d-\d\d$/.test(String(header)) && String(header) >= modernVersion)
}

/** Throws BadRequest where the envelope is not complete, or a header says something else. */
export function readModernRequest(headers: IncomingHttpHeaders, message: Request): ModernRequest {
  const { id, method } = message
  const all = metaOf(message)
  const {
    [`${prefix}protocolVersion`]: version,
    [`${prefix}clientCapabilities`]: capabilities,
    [`${prefix}clientInfo`]: _clientInfo,
    [`${prefix}logLevel`]: logLevel,
    ...meta
  } = all
  if (typeof version !== 'string') throw malformed('protocolVersion')
  if (!isRecord(capabilities)) throw malformed('clientCapabilities')
  if (logLevel !== undefined && !logLevels.includes(logLevel)) throw malformed('logLevel')
  checkHeader(headers, 'MCP-Protocol-Version', version)
  if (version !== modernVersion)
    throw new BadRequest(400, unsupportedVersion, 'Unsupported protocol version', {
      data: { supported: [modernVersion], requested: version },
    })
  checkHeader(headers, 'Mcp-Method', method)
  const { inputResponses, requestState, _meta, ...params } = message.params ?? {}
  checkNameHeader(headers, method, params)
  const principal = String(headers['moorage-user'] ?? headers['moorage-key-id'] ?? '')
  return {
    id,
    method,
    params,
    meta,
    capabilities,
    logLevel,
    inputResponses,
    requestState,
    principal,
  }
}

/** Only these may be answered with a question ("Supported Requests" of Multi Round-Trip Requests). */
export function isAskable({ method }: ModernRequest): boolean {
  return ['tools/call', 'prompts/get', 'resources/read'].includes(method)
}

function metaOf({ params }: Message): Record<string, unknown> {
  return isRecord(params?._meta) ? params._meta : {}
}

function malformed(key: string): BadRequest {
  return new BadRequest(
    400,
    invalidParams,
    `Invalid params: _meta.${prefix}${key} is missing or wrong.`,
  )
}
