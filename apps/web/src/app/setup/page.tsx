import { setupIsOpen } from '@moorage/access/setup'
import type { Metadata } from 'next'
import { AccountFrame } from '../../account/account-frame.tsx'
import { SetupForm } from '../../account/setup-form.tsx'
import { LinkButton } from '../../parts/button.tsx'
import { webDeps } from '../../server/deps.ts'
import type { PageProps } from '../../server/page-props.ts'

export const metadata: Metadata = { title: 'Set up', referrer: 'no-referrer' }

export default async function SetupPage({ searchParams }: PageProps) {
  const { token } = await searchParams
  if (!(await setupIsOpen(await webDeps())))
    return (
      <AccountFrame title="This platform is set up" lead="The first person has an account already.">
        <LinkButton href="/sign-in" look="primary">
          Sign in
        </LinkButton>
      </AccountFrame>
    )
  if (typeof token !== 'string' || token === '')
    return (
      <AccountFrame
        title="Open the set-up link"
        lead="Nobody has an account here yet. There is no default password: the first account is made through a one-time link."
      >
        <p className="rounded-lg border bg-surface p-4 text-sm text-muted">
          The link is in the terminal where the platform was started. It begins with the address of
          this page and ends in <code className="font-mono text-text">?token=…</code> Starting the
          platform again prints a new one.
        </p>
      </AccountFrame>
    )
  return (
    <AccountFrame title="Set up Moorage" lead="Make the first account. This link works once.">
      <SetupForm token={token} />
    </AccountFrame>
  )
}
