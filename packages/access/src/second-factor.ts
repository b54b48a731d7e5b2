import type { HookEndpointContext } from 'better-auth'
import { createAuthMiddleware } from 'better-auth/api'
import { twoFactor } from 'better-auth/plugins'
import { z } from 'zod'

/** Ways to sign in that end with a redirect. A passkey is none: it is two factors by itself. */
const redirecting = ['/magic-link/verify', '/callback/:id', '/sso/saml2/sp/acs/:providerId']

const challengeSchema = z.object({ twoFactorRedirect: z.literal(true) })

/**
 * The library asks for the second factor after a password alone. Here it does after a link by e-mail
 * and a provider too, on the page for the code, and leads on from there.
 */
export function secondFactor() {
  const plugin = twoFactor({ issuer: 'Moorage' })
  const ours = { matcher: isRedirecting, handler: askForCode }
  const after = plugin.hooks.after.map(({ matcher, handler }) => ({
    matcher: (context: HookEndpointContext) => matcher(context) || isRedirecting(context),
    handler,
  }))
  return { ...plugin, hooks: { after: [...after, ours] } }
}

function isRedirecting({ path }: HookEndpointContext): boolean {
  return redirecting.includes(path ?? '')
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
