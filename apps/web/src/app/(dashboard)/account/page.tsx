import { headers } from 'next/headers'
import { PasskeyCard } from '../../../account/passkey-card.tsx'
import { PasswordCard } from '../../../account/password-card.tsx'
import { ProfileCard } from '../../../account/profile-card.tsx'
import { SessionList } from '../../../account/session-list.tsx'
import { TeamList } from '../../../account/team-list.tsx'
import { TwoFactorCard } from '../../../account/two-factor-card.tsx'
import { GrantList } from '../../../oauth/grant-list.tsx'
import { Card } from '../../../parts/card.tsx'
import { PageHeader } from '../../../parts/page-header.tsx'
import { webDeps } from '../../../server/deps.ts'
import { requirePerson } from '../../../server/page-session.ts'

export const metadata = { title: 'Account' }

export default async function AccountPage() {
  const { person, api } = await requirePerson('/account')
  const { auth } = await webDeps()
  const [teams, sessions, secure, grants, signedIn] = await Promise.all([
    api.teams.list(),
    api.account.sessions(),
    api.account.security(),
    api.oauth.mine(),
    auth.api.getSession({ headers: await headers() }),
  ])
  return (
    <>
      <PageHeader title="Account" aside={<span className="text-muted">{person.email}</span>} />
      <div className="grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-5 px-4 pb-10 md:px-8">
        <ProfileCard name={person.name} />
        <PasswordCard />
        <TwoFactorCard isOn={secure.twoFactorEnabled} />
        <PasskeyCard passkeys={secure.passkeys} />
        <Card title="Signed in on" flush>
          <SessionList sessions={sessions} current={signedIn?.session.id ?? ''} />
        </Card>
        <GrantList grants={grants} ofTeam={false} />
        <Card title="Teams" flush>
          <TeamList teams={teams} />
        </Card>
      </div>
    </>
  )
}
