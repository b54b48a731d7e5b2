import { AddTarget } from '../../../notifications/add-target.tsx'
import { TargetList } from '../../../notifications/target-list.tsx'
import { Notice } from '../../../parts/notice.tsx'
import { PageHeader } from '../../../parts/page-header.tsx'
import { requireSession } from '../../../server/page-session.ts'

export const metadata = { title: 'Notifications' }

export default async function NotificationsPage() {
  const session = await requireSession('/notifications')
  const team = session.team.slug
  if (!session.may(team, 'team.update'))
    return (
      <>
        <PageHeader title="Notifications" />
        <div className="max-w-2xl px-4 md:px-8">
          <Notice look="info" title="Admins of the team see to its notifications.">
            Ask one of them to add yours.
          </Notice>
        </div>
      </>
    )
  const targets = await session.api.notifications.list({ team })
  return (
    <>
      <PageHeader title="Notifications" action={<AddTarget team={team} />} />
      <div className="grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-5 px-4 pb-10 md:px-8">
        {targets.length > 0 ? (
          <TargetList team={team} targets={targets} />
        ) : (
          <div className="max-w-xl rounded-lg border bg-surface p-5 text-muted">
            Nobody is told yet. Add a webhook, a Slack-compatible URL or an e-mail address, and hear
            when a deployment is live or failed and when a server crashes again and again.
          </div>
        )}
      </div>
    </>
  )
}
