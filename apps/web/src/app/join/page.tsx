import type { Metadata } from 'next'
import { AccountFrame } from '../../account/account-frame.tsx'
import { JoinForm } from '../../account/join-form.tsx'
import { JoinTeam } from '../../account/join-team.tsx'
import { SignOutButton } from '../../account/sign-out-button.tsx'
import { LinkButton } from '../../parts/button.tsx'
import { openCaller } from '../../server/open-caller.ts'
import type { PageProps } from '../../server/page-props.ts'
import { findPerson } from '../../server/page-session.ts'
import { roleWords } from '../../team/role-words.ts'

export const metadata: Metadata = { title: 'Join', referrer: 'no-referrer' }

/** What an invitation's link opens. */
export default async function JoinPage({ searchParams }: PageProps) {
  const { token } = await searchParams
  const api = await openCaller()
  const found = typeof token === 'string' ? await api.invitations.preview({ token }) : null
  if (!found || typeof token !== 'string')
    return (
      <AccountFrame
        title="This link is not good any more"
        lead="Invitations work once, for a week, and can be withdrawn. Ask for a new one."
      >
        <LinkButton href="/">To the dashboard</LinkButton>
      </AccountFrame>
    )
  const lead = `You are invited as ${roleWords[found.role].label.toLowerCase()}: ${roleWords[found.role].text}.`
  const title = `Join ${found.team}`
  const session = await findPerson()
  if (session && session.person.email !== found.email)
    return (
      <AccountFrame
        title={title}
        lead={`This invitation is for ${found.email}, and you are signed in as ${session.person.email}.`}
      >
        <SignOutButton next={`/join?token=${encodeURIComponent(token)}`} />
      </AccountFrame>
    )
  return (
    <AccountFrame title={title} lead={lead}>
      {session ? (
        <JoinTeam token={token} email={found.email} />
      ) : found.hasAccount ? (
        <LinkButton
          href={`/sign-in?next=${encodeURIComponent(`/join?token=${token}`)}`}
          look="primary"
        >
          Sign in as {found.email}
        </LinkButton>
      ) : (
        <JoinForm token={token} email={found.email} />
      )}
    </AccountFrame>
  )
}
