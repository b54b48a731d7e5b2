import { decodeJwt } from 'jose'
import { z } from 'zod'
import { ensureResource, findEndpoint, noResource } from './endpoint.ts'
import type { OauthDeps } from './handle.ts'
import { isOfTeam } from './machine-client.ts'
import { noteStep, type OauthFault } from './note-step.ts'

const answerSchema = z.object({
  access_token: z.string().optional(),
  error: z.string().optional(),
  error_description: z.string().optional(),
})

/**
 * A code, a refresh token or the secret of a service account for an access token. The library decides;
 * here it is seen what came of it.
 */
export async function handleToken(deps: OauthDeps, request: Request): Promise<Response> {
  const form = new URLSearchParams(await request.text())
  const clientId = form.get('client_id') ?? clientOf(request)
  const resource = form.get('resource')
  if (form.get('grant_type') === 'client_credentials')
    form.set('resource', await resourceOfMachine(deps, clientId, resource))
  else if (resource) form.set('resource', resource.replace(/\/$/, ''))
  const headers = new Headers(request.headers)
  headers.delete('content-length')
  const answer = (await isUnknown(deps, clientId))
    ? unknownClient()
    : await deps.auth.handler(
        new Request(request.url, { method: 'POST', headers, body: form.toString() }),
      )
  const said =
    answerSchema.safeParse(
      await answer
        .clone()
        .json()
        .catch(() => null),
    ).data ?? {}
  const endpoint = await findEndpoint(deps, resource ?? audienceOf(said.access_token) ?? '')
  await noteStep(deps, request, {
    step: form.get('grant_type') === 'refresh_token' ? 'refresh' : 'token',
    serverId: endpoint?.serverId ?? null,
    clientId,
    ...(answer.ok ? null : faultOf(answer.status, said)),
  })
  return answer
}

/** One known by a document has no row before the document was read. */
async function isUnknown({ db }: OauthDeps, clientId: string | null): Promise<boolean> {
  if (clientId === null || URL.canParse(clientId)) return false
  return (await db.oauthClient.count({ where: { clientId } })) === 0
}

/** The library would speak of the code or the refresh token, and the client not know to register anew. */
function unknownClient(): Response {
  return Response.json(
    { error: 'invalid_client', error_description: 'This client is unknown here.' },
    { status: 401, headers: { 'Cache-Control': 'no-store', 'WWW-Authenticate': 'Basic' } },
  )
}

/** No person allows it: it is allowed for servers of its team, and every token is for one of them. */
async function resourceOfMachine(
  deps: OauthDeps,
  clientId: string | null,
  resource: string | null,
): Promise<string> {
  const endpoint = await findEndpoint(deps, resource ?? '')
  if (!endpoint || !clientId || !(await isOfTeam(deps, clientId, endpoint))) return noResource
  await ensureResource(deps.db, endpoint)
  return endpoint.url
}

function faultOf(status: number, said: z.infer<typeof answerSchema>): OauthFault {
  const fault = [said.error ?? `HTTP ${status}`, said.error_description].filter(Boolean).join(': ')
  return { fault, hint: hints[said.error ?? ''] ?? null }
}

const hints: Record<string, string> = {
  invalid_grant:
    'The code or refresh token was used already, has expired or was revoked. Connect again from the client.',
  invalid_client:
    'The client is unknown here, or its secret is wrong. Remove the server from the client and add it again.',
  invalid_target: 'The client asked for a token for another server than it was allowed to call.',
}

function audienceOf(token: string | undefined): string | null {
  if (!token) return null
  const { aud } = decodeJwt(token)
  return typeof aud === 'string' ? aud : null
}

/** Of a client that authenticates by header (RFC 6749, 2.3.1). */
function clientOf(request: Request): string | null {
  const basic = request.headers.get('authorization')?.match(/^basic +(\S+)$/i)?.[1]
  const [id] = basic ? Buffer.from(basic, 'base64').toString().split(':') : []
  if (!id) return null
  try {
    return decodeURIComponent(id)
  } catch {
    return id // Encoded otherwise than the section says, it names nobody.
  }
}
