import { serverSummary } from '@moorage/api/server-summary'
import { Plus } from 'lucide-react'
import type { Metadata } from 'next'
import { LinkButton } from '../../parts/button.tsx'
import { Notice } from '../../parts/notice.tsx'
import { PageHeader } from '../../parts/page-header.tsx'
import type { PageProps } from '../../server/page-props.ts'
import { requireSession } from '../../server/page-session.ts'
import { NoServers } from '../../servers/no-servers.tsx'
import { ServerTable } from '../../servers/server-table.tsx'
import { CallerNotice } from '../../team/caller-notice.tsx'

export const metadata: Metadata = { title: 'Servers' }

export default async function ServersPage({ searchParams }: PageProps) {
  const { q } = await searchParams
  const session = await requireSession('/')
  const servers = await session.api.servers.list({ team: session.team.slug })
  const mayCreate = session.may(session.team.slug, 'server.create')
  return (
    <>
      <PageHeader
        title="Servers"
        aside={servers.length > 0 ? <span className="num text-muted">{servers.length}</span> : null}
        action={
          mayCreate && servers.length > 0 ? (
            <LinkButton href="/new" look="primary">
              <Plus />
              New server
            </LinkButton>
          ) : null
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 px-4 pb-10 md:px-8">
        {session.warnings.length > 0 ? (
          <Notice look="warning" title="Builds and servers are not fully closed in">
            {session.warnings.join(' ')}
          </Notice>
        ) : null}
        {!session.may(session.team.slug, 'server.read') ? (
          <CallerNotice />
        ) : servers.length === 0 ? (
          <NoServers gitUrl={session.urls.gitUrl} mayCreate={mayCreate} />
        ) : (
          <ServerTable
            team={session.team.slug}
            initial={servers.map(serverSummary)}
            filter={typeof q === 'string' ? q : ''}
          />
        )}
      </div>
    </>
  )
}
