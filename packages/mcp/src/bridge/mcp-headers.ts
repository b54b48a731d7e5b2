import type { IncomingHttpHeaders } from 'node:http'
import { BadRequest } from './bad-request.ts'
import { isRecord } from './json-rpc.ts'

const headerMismatch = -32020
const nameFields = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
])

/** A header has to say the same as the body (2026-07-28, Streamable HTTP, "Server Validation"). */
export function checkHeader(headers: IncomingHttpHeaders, name: string, value: string): void {
  const header = headers[name.toLowerCase()]
  if (header === undefined) throw mismatch(`the header ${name} is missing`)
  if (String(header).trim() !== value) throw mismatch(`${name} is not what the body says`)
}

/** Mcp-Name, for the methods that have one. */
export function checkNameHeader(
  headers: IncomingHttpHeaders,
  method: string,
  params: Record<string, unknown>,
): void {
  const value = params[nameFields.get(method) ?? '']
  if (typeof value !== 'string') return
  if (headers['mcp-name'] === undefined) throw mismatch('the header Mcp-Name is missing')
  if (decode(String(headers['mcp-name'])) !== value)
    throw mismatch('Mcp-Name is not what the body says')
}

/** Arguments that a tool's schema marks with `x-mcp-header` ("Server Behavior for Custom Headers"). */
export function checkParamHeaders(
  headers: IncomingHttpHeaders,
  inputSchema: unknown,
  args: unknown,
): void {
  for (const { header, value } of markedValues(inputSchema, args)) {
    const name = `Mcp-Param-${header}`
    const raw = headers[name.toLowerCase()]
    if (raw === undefined) throw mismatch(`the header ${name} is missing`)
    const said = decode(String(raw))
    const isSame = typeof value === 'number' ? Number(said) === value : said === String(value)
    if (said === undefined || !isSame) throw mismatch(`${name} is not what the body says`)
  }
}

/** Only what a chain of `properties` reaches can be marked. */
function* markedValues(
  schema: unknown,
  value: unknown,
): Generator<{ header: string; value: unknown }> {
  if (!isRecord(schema) || value === undefined || value === null) return
  const header = schema['x-mcp-header']
  if (typeof header === 'string' && ['string', 'number', 'boolean'].includes(typeof value))
    yield { header, value }
  if (!isRecord(schema.properties) || !isRecord(value)) return
  for (const [key, property] of Object.entries(schema.properties))
    if (Object.hasOwn(value, key)) yield* markedValues(property, value[key])
}

/** "Value Encoding"; undefined where it is no base64 of UTF-8. */
function decode(header: string): string | undefined {
  const [, encoded] = /^=\?base64\?(.*)\?=$/.exec(header.trim()) ?? []
  if (encoded === undefined) return header.trim()
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) return undefined
  return bytes.toString()
}

function mismatch(what: string): BadRequest {
  return new BadRequest(400, headerMismatch, `Header mismatch: ${what}`)
}
