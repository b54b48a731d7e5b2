import { z } from 'zod'
import {
  intervalSeconds,
  lifeSeconds,
  redeemDeviceLogin,
  startDeviceLogin,
  userCodeText,
} from '../device-login.ts'
import type { OauthDeps } from './handle.ts'

/** The one client there is: what it gets is a key for the platform, no token for a server. */
const client = z.literal('moorage-cli')
const startSchema = z.object({ client_id: client, device_name: z.string().trim().min(1).max(60) })
const tokenSchema = z.object({
  client_id: client,
  grant_type: z.literal('urn:ietf:params:oauth:grant-type:device_code'),
  device_code: z.string().max(100),
})

/** RFC 8628, 3.1 and 3.2; `device_name` is ours. */
export async function handleDeviceCode(deps: OauthDeps, request: Request): Promise<Response> {
  const form = startSchema.safeParse(await formOf(request))
  if (!form.success) return refusal(400, 'invalid_request', z.prettifyError(form.error))
  const address = request.headers.get('x-forwarded-for') ?? ''
  const started = await startDeviceLogin(deps, { name: form.data.device_name, address })
  if (!started) return refusal(429, 'slow_down', 'Too many wait for an answer. Try again later.')
  const userCode = userCodeText(started.userCode)
  const page = `${deps.dashboardUrl}/device`
  return answer(200, {
    device_code: started.deviceCode,
    user_code: userCode,
    verification_uri: page,
    verification_uri_complete: `${page}?code=${userCode}`,
    expires_in: lifeSeconds,
    interval: intervalSeconds,
  })
}

/** RFC 8628, 3.4 and 3.5. */
export async function handleDeviceToken(deps: OauthDeps, request: Request): Promise<Response> {
  const form = tokenSchema.safeParse(await formOf(request))
  if (!form.success) return refusal(400, 'invalid_request', z.prettifyError(form.error))
  const redeemed = await redeemDeviceLogin(deps, form.data.device_code)
  return 'key' in redeemed
    ? answer(200, { access_token: redeemed.key, token_type: 'Bearer' })
    : refusal(400, redeemed.fault, words[redeemed.fault])
}

const words = {
  authorization_pending: 'Nobody has answered yet.',
  slow_down: `Ask every ${intervalSeconds} seconds at most.`,
  access_denied: 'It was denied, or by somebody who may make no keys.',
  expired_token: 'The code is too old, or was used. Start again.',
}

async function formOf(request: Request): Promise<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(await request.text()))
}

function refusal(status: number, error: string, error_description: string): Response {
  return answer(status, { error, error_description })
}

function answer(status: number, body: object): Response {
  return Response.json(body, { status, headers: { 'Cache-Control': 'no-store' } })
}
