import { redirect } from 'next/navigation'
import { AuditTable } from '../../../../audit/audit-table.tsx'
import { PageHeader } from '../../../../parts/page-header.tsx'
import { requireSession } from '../../../../server/page-session.ts'
import { TeamNav } from '../../../../team/team-nav.tsx'

export const metadata = { title: 'Audit log' }

export default async function AuditPage() {
  const session = await requireSession('/team/audit')
  const { team, api } = session
  if (!session.may(team.slug, 'audit.read')) redirect('/team')
  const rows = await api.audit.list({ team: team.slug })
  return (
    <>
      <PageHeader
        title={team.name}
        aside={<span className="font-mono text-sm text-faint">{team.slug}</span>}
      />
      <TeamNav current="audit" mayAudit />
      <div className="max-w-6xl px-4 pb-10 md:px-8">
        <AuditTable team={team.slug} initial={rows} />
      </div>
    </>
  )
}
