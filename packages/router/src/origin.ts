import { AppError } from '@moorage/domain/error'
import type { ClientRequest } from './quick-front.ts'

/**
 * The Origin that may read the answer, or null where none was sent. Throws `forbidden` for any
 * other (specification: "servers MUST validate the Origin header"). Allowed are our own host, the
 * dashboard, and, while we are reached by a loopback name, pages of the same machine such as the
 * MCP Inspector.
 */
export function checkOrigin(
  origin: string | undefined,
  host: string,
  hostname: string,
  dashboardOrigin: string | null,
): string | null {
  if (origin === undefined) return null
  const url = URL.canParse(origin) ? new URL(origin) : null
  const web = url !== null && (url.protocol === 'http:' || url.protocol === 'https:')
  if (web && (url.host === host.toLowerCase() || url.origin === dashboardOrigin)) return origin
  if (web && isLoopback(url.hostname) && isLoopback(hostname)) return origin
  throw new AppError('forbidden', 'Pages of this origin may not call this server.', {
    hint: 'Call it from a program, or from a page of the dashboard.',
  })
}

export function isPreflight(req: ClientRequest): boolean {
  return (
    req.method === 'OPTIONS' &&
    req.headers.origin !== undefined &&
    req.headers['access-control-request-method'] !== undefined
  )
}

/** Authorization is asked for by name, as `*` does not cover it. */
export function preflightHeaders(origin: string, req: ClientRequest): string[] {
  const headers = req.headers['access-control-request-headers']
  return [
    ...corsHeaders(origin),
    'Access-Control-Allow-Methods',
    'GET, POST, DELETE, OPTIONS',
    ...(headers ? ['Access-Control-Allow-Headers', headers] : []),
    'Access-Control-Max-Age',
    '600',
  ]
}

export function corsHeaders(origin: string | null): string[] {
  if (origin === null) return []
  return [
    'Access-Control-Allow-Origin',
    origin,
    'Access-Control-Expose-Headers',
    'Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After, Moorage-Request-Id',
    'Vary',
    'Origin',
  ]
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  )
}
