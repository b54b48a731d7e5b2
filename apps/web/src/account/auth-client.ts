'use client'
import { passkeyClient } from '@better-auth/passkey/client'
import { ssoClient } from '@better-auth/sso/client'
import { createAuthClient } from 'better-auth/client'
import { magicLinkClient, twoFactorClient } from 'better-auth/client/plugins'

export const authClient = createAuthClient({
  basePath: '/api/auth',
  plugins: [magicLinkClient(), passkeyClient(), ssoClient(), twoFactorClient()],
})

type AuthError = { status: number; message?: string | undefined }

/** Null when it worked, `second-factor` where a code is asked for, else why not. */
export async function signIn(input: {
  email: string
  password: string
}): Promise<null | 'second-factor' | { fault: string }> {
  const { data, error } = await authClient.signIn.email(input)
  if (error?.status === 401) return { fault: 'E-mail or password is wrong.' }
  if (error) return { fault: authFault(error) }
  return 'twoFactorRedirect' in data && data.twoFactorRedirect ? 'second-factor' : null
}

export function authFault(error: AuthError): string {
  if (error.status === 429) return 'Too many attempts. Wait ten seconds and try again.'
  return error.message || 'The dashboard does not answer. Try again.'
}

/** A full page load, so that nothing of the last person stays in memory. */
export async function signOut(next = '/sign-in'): Promise<void> {
  await authClient.signOut()
  window.location.assign(next)
}
