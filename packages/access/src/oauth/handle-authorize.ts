import { createHash } from 'node:crypto'
import { ensureResource, findEndpoint, noResource } from './endpoint.ts'
import type { OauthDeps } from './handle.ts'
import { noteStep, type OauthFault } from './note-step.ts'
import { scopesFor } from './scopes.ts'

/** Ties the question to the browser that was asked: only there it can be answered. */
export const consentCookie = 'moorage_consent'

const resourceFault: OauthFault = {
  fault: 'The client named no server of this platform as its resource (RFC 8707).',
  hint: 'Give the client the URL of the server as the dashboard shows it. A client that sends no resource is too old: use an API key with it.',
}

/**
 * The start of a client's way to a token. A person who is not signed in does that first, by any
 * means; then it is always asked whether the client may call the server, as no answer for one
 * server or one client counts for another.
 */
export async function handleAuthorize(deps: OauthDeps, request: Request): Promise<Response> {
  const url = new URL(request.url)
  const session = await deps.auth.api.getSession({ headers: request.headers })
  if (!session) return toSignIn(url)
  const query = url.searchParams
  const [resource, ...more] = query.getAll('resource')
  const endpoint =
    resource !== undefined && more.length === 0 ? await findEndpoint(deps, resource) : null
  if (endpoint) await ensureResource(deps.db, endpoint)
  query.set('resource', endpoint?.url ?? noResource)
  query.set('scope', scopesFor(query.get('scope')).join(' '))
  query.set('prompt', 'consent')
  query.delete('max_age')
  const answer = await deps.auth.handler(new Request(url, { headers: request.headers }))
  const target = targetOf(answer, url)
  await noteStep(deps, request, {
    step: 'authorization',
    serverId: endpoint?.serverId ?? null,
    clientId: query.get('client_id'),
    ...(endpoint ? faultOf(target) : resourceFault),
  })
  if (target?.searchParams.get('error') === 'invalid_target')
    target.searchParams.set('error_description', resourceFault.fault)
  return answerWith(answer, target, deps.dashboardUrl)
}

export function consentMark(query: URLSearchParams): string {
  return createHash('sha256')
    .update(query.get('sig') ?? '')
    .digest('base64url')
}

/** The same request again afterwards, as it came. */
function toSignIn(url: URL): Response {
  const next = `${url.pathname}${url.search}`
  return redirectTo(`/sign-in?next=${encodeURIComponent(next)}`)
}

function targetOf(answer: Response, base: URL): URL | null {
  const location = answer.headers.get('location')
  return location && URL.canParse(location, base) ? new URL(location, base) : null
}

function answerWith(answer: Response, target: URL | null, dashboardUrl: string): Response {
  if (!target) return answer
  const headers = new Headers(answer.headers)
  headers.set('Location', target.href)
  if (target.pathname === '/oauth/consent' && target.searchParams.has('sig')) {
    const secure = dashboardUrl.startsWith('https:') ? '; Secure' : ''
    headers.append(
      'Set-Cookie',
      `${consentCookie}=${consentMark(target.searchParams)}; Path=/api/auth/oauth2/consent; Max-Age=600; HttpOnly; SameSite=Strict${secure}`,
    )
  }
  return new Response(null, { status: answer.status, headers })
}

function faultOf(target: URL | null): OauthFault | null {
  const error = target?.searchParams.get('error')
  if (!error) return null
  const said = target?.searchParams.get('error_description')
  return { fault: said ? `${error}: ${said}` : error, hint: hints[error] ?? null }
}

const hints: Record<string, string> = {
  invalid_client:
    'The client is unknown here. Remove the server from the client and add it again, so that it registers anew.',
  invalid_redirect:
    'The client asked for the code at another address than it registered. Remove the server from the client and add it again.',
  invalid_request: 'The client has to use PKCE with S256: update it.',
}

function redirectTo(location: string): Response {
  return new Response(null, { status: 302, headers: { Location: location } })
}
