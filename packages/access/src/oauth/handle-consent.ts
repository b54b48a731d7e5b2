import { z } from 'zod'
import { findEndpoint } from './endpoint.ts'
import { addGrant } from './grants.ts'
import type { OauthDeps } from './handle.ts'
import { consentCookie, consentMark } from './handle-authorize.ts'
import { mayGrant } from './may-grant.ts'
import { noteStep } from './note-step.ts'

const bodySchema = z.object({ accept: z.boolean(), oauth_query: z.string().max(10_000) })

/**
 * The person's answer. A yes counts from the browser that was asked, by somebody who may call the
 * server; then it becomes a grant, without which no token is good.
 */
export async function handleConsent(deps: OauthDeps, request: Request): Promise<Response> {
  const body = bodySchema.safeParse(await request.json().catch(() => null))
  if (!body.success) return refusal(400, 'This is no answer to a question of ours.')
  const query = new URLSearchParams(body.data.oauth_query)
  if (cookieOf(request, consentCookie) !== consentMark(query))
    return refusal(403, 'This question was asked in another browser, or too long ago.')
  const session = await deps.auth.api.getSession({ headers: request.headers })
  const endpoint = await findEndpoint(deps, query.get('resource') ?? '')
  const clientId = query.get('client_id')
  const isAllowed =
    session && endpoint && clientId && (await mayGrant(deps, session.user.id, endpoint))
  if (body.data.accept && !isAllowed)
    return refusal(403, 'You may not call this server, so no client may for you.')
  const answer = await deps.auth.handler(
    new Request(request.url, {
      method: 'POST',
      headers: request.headers,
      body: JSON.stringify(body.data),
    }),
  )
  if (answer.ok && body.data.accept && isAllowed)
    await addGrant(deps, { userId: session.user.id, clientId, serverId: endpoint.serverId })
  await noteStep(deps, request, {
    step: 'consent',
    serverId: endpoint?.serverId ?? null,
    clientId,
    ...(body.data.accept
      ? null
      : { fault: 'The person said no.', hint: 'Connect again from the client, and allow it.' }),
  })
  return answer
}

function refusal(status: number, error_description: string): Response {
  return Response.json({ error: 'access_denied', error_description }, { status })
}

function cookieOf(request: Request, name: string): string | undefined {
  const cookies = (request.headers.get('cookie') ?? '').split(/; */)
  return cookies.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1)
}
