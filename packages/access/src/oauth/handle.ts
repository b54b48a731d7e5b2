import type { Events } from '@moorage/bus/events'
import type { Db } from '@moorage/db/client'
import type { Auth } from '../auth.ts'
import { handleAuthorize } from './handle-authorize.ts'
import { handleConsent } from './handle-consent.ts'
import { handleDeviceCode, handleDeviceToken } from './handle-device.ts'
import { handleRegister } from './handle-register.ts'
import { handleToken } from './handle-token.ts'

export type OauthDeps = {
  db: Db
  events: Events
  auth: Auth
  routerUrl: string
  dashboardUrl: string
}

const base = '/api/auth/oauth2'

/** What any page may ask for, as it carries no cookie: clients run in browsers too. */
const openPaths = [`${base}/register`, `${base}/token`, `${base}/revoke`, '/api/auth/jwks']

/**
 * All of better-auth's endpoints, with what real clients need put in front of those of OAuth: the
 * library does the protocol, and we say which servers there are and who may let a client call them.
 */
export async function handleAuth(deps: OauthDeps, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (!openPaths.includes(pathname)) return route(deps, pathname, request)
  if (request.method === 'OPTIONS') return withCors(new Response(null, { status: 204 }))
  return withCors(await route(deps, pathname, withoutBrowser(request)))
}

async function route(deps: OauthDeps, pathname: string, request: Request): Promise<Response> {
  switch (`${request.method} ${pathname}`) {
    case `GET ${base}/authorize`:
      return handleAuthorize(deps, request)
    case `POST ${base}/consent`:
      return handleConsent(deps, request)
    case `POST ${base}/register`:
      return handleRegister(deps, request)
    case `POST ${base}/token`:
      return handleToken(deps, request)
    case 'POST /api/auth/device/code':
      return handleDeviceCode(deps, request)
    case 'POST /api/auth/device/token':
      return handleDeviceToken(deps, request)
    default:
      return deps.auth.handler(request)
  }
}

/** The request of no browser in particular: a session must not decide about it, nor an origin. */
function withoutBrowser(request: Request): Request {
  const headers = new Headers(request.headers)
  for (const name of ['cookie', 'origin', 'referer']) headers.delete(name)
  for (const name of [...headers.keys()]) if (name.startsWith('sec-')) headers.delete(name)
  return new Request(request, { headers })
}

/** For answers that browsers of any origin may read: metadata, registration and tokens. */
export function withCors(response: Response): Response {
  const headers = new Headers(response.headers)
  headers.set('Access-Control-Allow-Origin', '*')
  headers.set('Access-Control-Allow-Methods', 'GET, POST, OPTIONS')
  headers.set('Access-Control-Allow-Headers', 'Authorization, Content-Type, MCP-Protocol-Version')
  return new Response(response.body, { status: response.status, headers })
}
