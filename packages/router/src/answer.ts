import type { AppError } from '@moorage/domain/error'
import { toAppError } from '@moorage/domain/error'
import type { Exchange } from './exchange.ts'
import { corsHeaders, preflightHeaders } from './origin.ts'
import { type Challenge, refusalStatus } from './refusal.ts'
import { challenge } from './resource-metadata.ts'

/** How long the rest of a refused body is read, so that the client gets to see the refusal. */
const lingerMs = 2_000

/**
 * A refusal of the router's own, shaped as JSON-RPC: an HTML page breaks clients, and the code must
 * not be one by which they tell the protocol's eras apart.
 */
export function answerError(exchange: Exchange, thrown: unknown): AppError {
  const { req, res } = exchange
  const error = toAppError(thrown)
  if (res.headersSent || res.destroyed) {
    res.destroy()
    return error
  }
  const { httpStatus, rpcCode, retryAfterSeconds, challenge: fault } = refusalStatus(error)
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: exchange.message?.id ?? null,
    error: {
      code: rpcCode,
      message: error.userMessage,
      data: { code: error.code, hint: error.hint, requestId: exchange.requestId },
    },
  })
  send(exchange, httpStatus, 'application/json', body, [
    ...challengeHeaders(exchange, httpStatus, fault),
    ...(retryAfterSeconds === null ? [] : ['Retry-After', String(retryAfterSeconds)]),
  ])
  res.once('finish', () => {
    if (!req.complete) setTimeout(() => req.complete || req.destroy(), lingerMs).unref()
  })
  return error
}

export function answerPreflight({ req, res }: Exchange, origin: string): void {
  res.writeHead(204, preflightHeaders(origin, req)).end()
}

export function answerHealth(exchange: Exchange, isReady: boolean): void {
  answerJson(exchange, { ok: isReady }, isReady ? 200 : 503)
}

export function answerJson(exchange: Exchange, value: unknown, status = 200): void {
  send(exchange, status, 'application/json', JSON.stringify(value))
}

/** The answer to a POST of HTTP+SSE, whose own comes on the stream. */
export function answerAccepted(exchange: Exchange): void {
  send(exchange, 202, 'text/plain; charset=utf-8', 'Accepted')
}

/** For a person who opens the URL in a browser. Says the same whether the server exists or not. */
export function answerBrowser(exchange: Exchange): void {
  const { proto, host, prefix } = exchange.forwarded
  const text = `This is the address of an MCP server on Moorage.\nPoint an MCP client to ${proto}://${host}${prefix}/mcp with your API key as a bearer token.\n`
  send(exchange, 200, 'text/plain; charset=utf-8', text)
}

function send(
  { req, res, requestId, origin }: Exchange,
  status: number,
  type: string,
  body: string,
  more: string[] = [],
): void {
  const length = String(Buffer.byteLength(body))
  res.writeHead(status, [
    ...['Content-Type', type, 'Content-Length', length, 'X-Content-Type-Options', 'nosniff'],
    ...['Moorage-Request-Id', requestId],
    ...corsHeaders(origin),
    ...more,
  ])
  res.end(req.method === 'HEAD' ? undefined : body)
}

function challengeHeaders(
  { req, resource }: Exchange,
  httpStatus: number,
  fault: Challenge | null,
): string[] {
  if (httpStatus !== 401 && fault === null) return []
  const error = fault?.error ?? (req.headers.authorization === undefined ? null : 'invalid_token')
  return ['WWW-Authenticate', challenge(resource, error, fault?.scopes)]
}
