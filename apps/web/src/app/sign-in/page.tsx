import { setupIsOpen } from '@moorage/access/setup'
import { signInButtons } from '@moorage/access/sign-in-methods'
import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { AccountFrame } from '../../account/account-frame.tsx'
import { ProviderButtons } from '../../account/provider-buttons.tsx'
import { safeNext } from '../../account/safe-next.ts'
import { SecondFactorForm } from '../../account/second-factor-form.tsx'
import { SignInForm } from '../../account/sign-in-form.tsx'
import { readEnv } from '../../env.ts'
import { LinkButton } from '../../parts/button.tsx'
import { Notice } from '../../parts/notice.tsx'
import { webDeps } from '../../server/deps.ts'
import type { PageProps } from '../../server/page-props.ts'
import { findPerson } from '../../server/page-session.ts'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage({ searchParams }: PageProps) {
  const { next, error, step } = await searchParams
  const target = safeNext(typeof next === 'string' ? next : undefined)
  if (await findPerson()) redirect(target)
  if (await setupIsOpen(await webDeps())) redirect('/setup')
  if (step === 'code')
    return (
      <AccountFrame title="Second factor" lead="One more step, as this account asks for it.">
        <SecondFactorForm next={target} />
        <LinkButton
          look="quiet"
          className="mt-4"
          href={`/sign-in?next=${encodeURIComponent(target)}`}
        >
          Start again
        </LinkButton>
      </AccountFrame>
    )
  return (
    <AccountFrame title="Sign in" lead="To the MCP servers of your team.">
      {typeof error === 'string' ? (
        <div className="mb-4">
          <Notice look="error" title="That did not sign you in.">
            {error === 'saml'
              ? 'This browser has not asked for that answer within five minutes, or it is not signed with SHA-256. Begin again here; the log of the platform says which it was.'
              : 'There is no account for this address that was invited, or the link is too old. Ask for an invitation, or try another way.'}
          </Notice>
        </div>
      ) : null}
      <ProviderButtons buttons={signInButtons(readEnv().MOORAGE_SIGN_IN)} next={target} />
      <SignInForm next={target} />
    </AccountFrame>
  )
}
