import { hostname, userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { CliError } from './cli-error.ts'

const clientId = 'moorage-cli'
const timeoutMs = 30_000

const codeSchema = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri_complete: z.url({ protocol: /^https?$/ }),
  expires_in: z.number(),
  interval: z.number().default(5),
})
const tokenSchema = z.object({ access_token: z.string().optional(), error: z.string().optional() })

/** Asks to be let in, and waits until somebody has, in the dashboard (RFC 8628). The answer is a key. */
export async function deviceLogin(
  url: string,
  show: (asked: { code: string; page: string }) => void,
): Promise<string> {
  const answer = await post(`${url}/api/auth/device/code`, { device_name: deviceName() })
  const asked = codeSchema.safeParse(answer)
  if (!asked.success)
    throw new CliError(`${url} does not know this way to sign in, or lets nobody ask just now.`, {
      hint: 'Check the address, or sign in with a key: moorage login --with-key',
      cause: asked.error,
    })
  const { device_code, user_code, verification_uri_complete: page, expires_in } = asked.data
  show({ code: user_code, page })
  const end = Date.now() + expires_in * 1_000
  let { interval } = asked.data
  while (Date.now() < end) {
    await sleep(interval * 1_000)
    const { key, error } = await ask(url, device_code)
    if (key) return key
    if (error === 'slow_down') interval += 5
    if (error === 'access_denied') throw new CliError('It was denied.', { exitCode: 3 })
    if (error === 'expired_token') break
  }
  throw new CliError('Nobody has allowed it in time.', {
    exitCode: 3,
    hint: 'Start again: moorage login',
  })
}

/** Where the platform does not answer, it is asked again later (RFC 8628, 3.5). */
async function ask(url: string, device_code: string): Promise<{ key?: string; error?: string }> {
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  const form = { grant_type, device_code }
  const answer = await post(`${url}/api/auth/device/token`, form).catch(() => null)
  const { access_token: key, error } = tokenSchema.safeParse(answer).data ?? {}
  return { ...(key ? { key } : {}), ...(error ? { error } : {}) }
}

async function post(url: string, form: Record<string, string>): Promise<unknown> {
  const body = new URLSearchParams({ client_id: clientId, ...form })
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await fetch(url, { method: 'POST', body, signal, redirect: 'error' })
    return await answer.json().catch(() => null)
  } catch (cause) {
    throw new CliError(`${new URL(url).origin} does not answer.`, {
      hint: 'Check the address and the network.',
      code: 'unreachable',
      cause,
    })
  }
}

/** What the key will be called. */
function deviceName(): string {
  return `CLI of ${userName()}${hostname()}`.slice(0, 60)
}

function userName(): string {
  try {
    return `${userInfo().username}@`
  } catch {
    return ''
  }
}
