import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { AccountFrame } from '../../account/account-frame.tsx'
import { SignOutButton } from '../../account/sign-out-button.tsx'
import { LinkButton } from '../../parts/button.tsx'
import { webDeps } from '../../server/deps.ts'
import { requirePerson } from '../../server/page-session.ts'
import { CreateTeamForm } from '../../team/create-team.tsx'

export const metadata: Metadata = { title: 'No team' }

export default async function NoTeamPage() {
  const { teams, person } = await requirePerson('/no-team')
  if (teams.length > 0) redirect('/')
  const { openSignUp } = await webDeps()
  return (
    <AccountFrame
      title={openSignUp ? 'Make a team' : 'You are in no team'}
      lead={
        openSignUp
          ? 'A team owns servers. You can also be invited to one.'
          : `Ask someone to invite ${person.email}.`
      }
    >
      {openSignUp ? <CreateTeamForm /> : null}
      <div className="mt-6 flex gap-2">
        <LinkButton href="/account">Your account</LinkButton>
        <SignOutButton next="/sign-in" label="Sign out" />
      </div>
    </AccountFrame>
  )
}
