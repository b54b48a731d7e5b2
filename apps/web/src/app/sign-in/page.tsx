import { setupIsOpen } from '@moorage/access/setup'
import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { AccountFrame } from '../../account/account-frame.tsx'
import { safeNext } from '../../account/safe-next.ts'
import { SignInForm } from '../../account/sign-in-form.tsx'
import { webDeps } from '../../server/deps.ts'
import type { PageProps } from '../../server/page-props.ts'
import { findPerson } from '../../server/page-session.ts'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage({ searchParams }: PageProps) {
  const { next } = await searchParams
  const target = safeNext(typeof next === 'string' ? next : undefined)
  if (await findPerson()) redirect(target)
  if (await setupIsOpen(await webDeps())) redirect('/setup')
  return (
    <AccountFrame title="Sign in" lead="To the MCP servers of your team.">
      <SignInForm next={target} />
    </AccountFrame>
  )
}
