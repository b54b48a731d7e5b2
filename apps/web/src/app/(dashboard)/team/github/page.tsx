import { redirect } from 'next/navigation'
import { AccountList } from '../../../../github/account-list.tsx'
import { AppCard } from '../../../../github/app-card.tsx'
import { ConnectAccount } from '../../../../github/connect-account.tsx'
import { faultWords } from '../../../../github/fault-words.ts'
import { FoundAccounts } from '../../../../github/found-accounts.tsx'
import { MakeApp } from '../../../../github/make-app.tsx'
import { Notice } from '../../../../parts/notice.tsx'
import { PageHeader } from '../../../../parts/page-header.tsx'
import type { PageProps } from '../../../../server/page-props.ts'
import { requireSession } from '../../../../server/page-session.ts'
import { TeamNav } from '../../../../team/team-nav.tsx'

export const metadata = { title: 'GitHub' }

export default async function GithubPage({ searchParams }: PageProps) {
  const { visit, fault } = await searchParams
  const session = await requireSession('/team/github')
  const { slug: team, name } = session.team
  if (!session.may(team, 'team.read')) redirect('/team')
  const { app, accounts, mayOperate } = await session.api.github.get({ team })
  const mayConnect = app !== null && session.may(team, 'team.update')
  const found =
    mayConnect && typeof visit === 'string'
      ? { visit, installations: await session.api.github.found({ team, visit }) }
      : null
  return (
    <>
      <PageHeader
        title={name}
        aside={<span className="font-mono text-sm text-faint">{team}</span>}
        action={mayConnect && accounts.length > 0 ? <ConnectAccount team={team} /> : null}
      />
      <TeamNav current="github" mayAudit={session.may(team, 'audit.read')} />
      <div className="grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-5 px-4 pb-10 md:px-8">
        {typeof fault === 'string' ? (
          <Notice look="error" title={faultWords(fault)}>
            Begin again from here.
          </Notice>
        ) : null}
        {found ? <FoundAccounts team={team} {...found} /> : null}
        {app ? (
          <AccountList
            team={team}
            accounts={accounts}
            mayConnect={mayConnect}
            isConnecting={found !== null}
          />
        ) : mayOperate ? (
          <MakeApp />
        ) : (
          <Notice look="info" title="This platform has no GitHub App yet.">
            An operator can make one here, with which private repositories are deployed and pull
            requests are commented on. Without it, servers come from public URLs, by deploy key and
            by webhook.
          </Notice>
        )}
        {app && mayOperate ? <AppCard app={app} /> : null}
      </div>
    </>
  )
}
