import type { HookEndpointContext } from 'better-auth'
import { createAuthMiddleware } from 'better-auth/api'
import { twoFactor } from 'better-auth/plugins'
import { z } from 'zod'

/** Ways to sign in that end with a redirect. */
const redirecting = ['/magic-link/verify', '/callback/:id', '/sso/saml2/sp/acs/:providerId']

const challengeSchema = z.object({ twoFactorRedirect: z.literal(true) })

/**
 * The library asks for the second factor after a password alone. Here it does after a link by e-mail
 * and a provider too, on the page for the code, and leads on from there; and after a passkey that did
 * not verify who uses it. One that did is two factors by itself.
 */
export function secondFactor() {
  const plugin = twoFactor({ issuer: 'Moorage' })
  const ours = { matcher: isRedirecting, handler: askForCode }
  const after = plugin.hooks.after.map(({ matcher, handler }) => ({
    matcher: (context: HookEndpointContext) =>
      matcher(context) || isIdToken(context) || isRedirecting(context) || isBarePasskey(context),
    handler,
  }))
  return { ...plugin, hooks: { after: [...after, ours] } }
}

/** By a provider's ID token, which no redirect comes with. */
function isIdToken({ path }: HookEndpointContext): boolean {
  return path === '/sign-in/social'
}

function isRedirecting({ path }: HookEndpointContext): boolean {
  return redirecting.includes(path ?? '')
}

const passkeySchema = z.object({
  response: z.object({ response: z.object({ authenticatorData: z.base64url() }) }),
})

/** The library has verified what is read here: the flag UV of Web Authentication, 6.1. */
function isBarePasskey({ path, body }: HookEndpointContext): boolean {
  if (path !== '/passkey/verify-authentication') return false
  const data = passkeySchema.safeParse(body).data?.response.response.authenticatorData
  const flags = Buffer.from(data ?? '', 'base64url')[32] ?? 0
  return (flags & 0x04) === 0
}

/** Runs once the session is taken back and the browser has the cookie of the challenge. */
const askForCode = createAuthMiddleware(async (ctx) => {
  const { returned, responseHeaders } = ctx.context
  if (!challengeSchema.safeParse(returned).success) return
  const next = responseHeaders?.get('location') ?? '/'
  throw ctx.redirect(`/sign-in?step=code&next=${encodeURIComponent(pathOf(next))}`)
})

/** The sign-in page leads to paths of the dashboard alone. */
function pathOf(location: string): string {
  if (!URL.canParse(location)) return location
  const { pathname, search } = new URL(location)
  return pathname + search
}
