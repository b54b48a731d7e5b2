'use client'
import { createAuthClient } from 'better-auth/client'

export const authClient = createAuthClient({ basePath: '/api/auth' })

/** Null when it worked, else why not. */
export async function signIn(input: { email: string; password: string }): Promise<string | null> {
  const { error } = await authClient.signIn.email(input)
  if (!error) return null
  if (error.status === 401) return 'E-mail or password is wrong.'
  if (error.status === 429) return 'Too many attempts. Wait ten seconds and try again.'
  return error.message ?? 'The dashboard does not answer. Try again.'
}

/** A full page load, so that nothing of the last person stays in memory. */
export async function signOut(next = '/sign-in'): Promise<void> {
  await authClient.signOut()
  window.location.assign(next)
}
