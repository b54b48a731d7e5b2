import { Card } from '../../../parts/card.tsx'
import { PageHeader } from '../../../parts/page-header.tsx'
import { requireSession } from '../../../server/page-session.ts'
import { CallerNotice } from '../../../team/caller-notice.tsx'
import { CreateServiceAccount } from '../../../team/create-service-account.tsx'
import { DeleteTeam } from '../../../team/delete-team.tsx'
import { InvitationList } from '../../../team/invitation-list.tsx'
import { InviteMember } from '../../../team/invite-member.tsx'
import { LeaveTeam } from '../../../team/leave-team.tsx'
import { MemberTable } from '../../../team/member-table.tsx'
import { ServiceAccountList } from '../../../team/service-account-list.tsx'
import { TeamNav } from '../../../team/team-nav.tsx'
import { TeamSettings } from '../../../team/team-settings.tsx'
import { TransferTeam } from '../../../team/transfer-team.tsx'

export const metadata = { title: 'Team' }

export default async function TeamPage() {
  const session = await requireSession('/team')
  const { team, api } = session
  const may = (action: Parameters<typeof session.may>[1]) => session.may(team.slug, action)
  if (!may('member.read'))
    return (
      <>
        <PageHeader title={team.name} />
        <div className="grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-5 px-4 md:px-8">
          <CallerNotice />
          <Card flush>
            <LeaveTeam team={team} />
          </Card>
        </div>
      </>
    )
  const of = { team: team.slug }
  const [members, invitations, accounts] = await Promise.all([
    api.members.list(of),
    may('member.invite') ? api.invitations.list(of) : [],
    api.serviceAccounts.list(of),
  ])
  const [me, mayOwn] = [session.person.id, may('team.transfer')]
  const mayWrite = may('service-account.write')
  return (
    <>
      <PageHeader
        title={team.name}
        aside={<span className="font-mono text-sm text-faint">{team.slug}</span>}
        action={may('member.invite') ? <InviteMember team={team.slug} mayOwn={mayOwn} /> : null}
      />
      <TeamNav current="team" mayAudit={may('audit.read')} />
      <div className="grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-5 px-4 pb-10 md:px-8">
        <Card
          title="Members"
          flush
          aside={<span className="num text-muted">{members.length}</span>}
        >
          <MemberTable
            team={team.slug}
            members={members}
            rights={{ me, mayOwn, mayChange: may('member.change') }}
          />
        </Card>
        {invitations.length > 0 ? (
          <Card title="Invited" flush>
            <InvitationList team={team.slug} invitations={invitations} />
          </Card>
        ) : null}
        <Card
          title="Service accounts"
          flush
          aside={mayWrite ? <CreateServiceAccount team={team.slug} mayOwn={mayOwn} /> : null}
        >
          {accounts.length > 0 ? (
            <ServiceAccountList
              team={team.slug}
              accounts={accounts}
              rights={{ mayWrite, mayOwn }}
            />
          ) : (
            <p className="p-4 text-sm text-muted">
              None yet. CI, scripts and agents get a name, a role and keys of their own here, which
              do not end when a person leaves.
            </p>
          )}
        </Card>
        {may('team.update') ? <TeamSettings key={team.slug + team.name} team={team} /> : null}
        <section className="divide-y overflow-hidden rounded-lg border border-failed-line bg-surface">
          <LeaveTeam team={team} />
          {mayOwn ? (
            <TransferTeam team={team.slug} others={members.filter(({ userId }) => userId !== me)} />
          ) : null}
          {may('team.delete') ? <DeleteTeam team={team} /> : null}
        </section>
      </div>
    </>
  )
}
