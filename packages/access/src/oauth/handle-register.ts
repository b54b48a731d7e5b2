import { z } from 'zod'
import type { OauthDeps } from './handle.ts'
import { noteStep } from './note-step.ts'
import { readRegistration } from './registration.ts'

const maxBytes = 64 * 1024
const unusedMs = 30 * 24 * 3_600_000
const answerSchema = z.looseObject({ client_id: z.string() })

/** Dynamic client registration (RFC 7591), for anyone. What nobody uses within a month is dropped. */
export async function handleRegister(deps: OauthDeps, request: Request): Promise<Response> {
  const text = await request.text()
  const registration = readRegistration(text.length <= maxBytes ? parseJson(text) : null)
  if ('error' in registration) {
    await noteStep(deps, request, {
      ...{ step: 'registration', serverId: null, clientId: null },
      ...{ clientName: clientName(parseJson(text)), fault: registration.error_description },
      hint: 'The client cannot register as it is: update it, or use an API key with it.',
    })
    return Response.json(registration, { status: 400 })
  }
  const headers = new Headers(request.headers)
  headers.delete('content-length')
  headers.delete('authorization')
  headers.set('content-type', 'application/json')
  const body = JSON.stringify(registration.request)
  const answer = await deps.auth.handler(
    new Request(request.url, { method: 'POST', headers, body }),
  )
  if (!answer.ok) return answer
  const client = answerSchema.parse(await answer.json())
  const redirectUris = registration.redirectUris
  await deps.db.oauthClient.update({
    where: { clientId: client.client_id },
    data: { redirectUris },
  })
  await dropUnused(deps)
  await noteStep(deps, request, {
    ...{ step: 'registration', serverId: null, clientId: client.client_id },
  })
  return Response.json(
    { ...client, redirect_uris: redirectUris },
    { status: 201, headers: { 'Cache-Control': 'no-store' } },
  )
}

async function dropUnused({ db }: OauthDeps): Promise<void> {
  const createdAt = { lt: new Date(Date.now() - unusedMs) }
  await db.oauthClient.deleteMany({
    where: { createdAt, clientDiscoveryId: null, serviceAccountId: null, grants: { none: {} } },
  })
}

function clientName(body: unknown): string | null {
  return z.object({ client_name: z.string() }).safeParse(body).data?.client_name ?? null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
