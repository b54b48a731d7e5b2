import { isRecord, type Request, type RpcError } from './json-rpc.ts'

/** What a client must be able to do for this ask and did not declare; null where it can. */
export function missingCapability(
  { method, params }: Request,
  capabilities: Record<string, unknown>,
): RpcError | null {
  const required = requiredFor(method, params ?? {})
  const isThere = (have: unknown, need: unknown): boolean =>
    isRecord(need) &&
    isRecord(have) &&
    Object.entries(need).every(([key, inner]) => isThere(have[key], inner))
  if (isThere(capabilities, required)) return null
  return {
    code: -32021,
    message: `The server needs a capability that the client did not declare, for ${method}.`,
    data: { requiredCapabilities: required },
  }
}

function requiredFor(method: string, params: Record<string, unknown>): Record<string, unknown> {
  if (method === 'roots/list') return { roots: {} }
  if (method === 'sampling/createMessage')
    return { sampling: params.tools === undefined ? {} : { tools: {} } }
  // A client that names no mode can do forms (2025-11-25, Elicitation, "Capabilities").
  return { elicitation: params.mode === 'url' ? { url: {} } : {} }
}
