import { CreateKey } from '../../../keys/create-key.tsx'
import { KeyTable } from '../../../keys/key-table.tsx'
import { GrantList } from '../../../oauth/grant-list.tsx'
import { CodeBlock } from '../../../parts/code-block.tsx'
import { Notice } from '../../../parts/notice.tsx'
import { PageHeader } from '../../../parts/page-header.tsx'
import { requireSession } from '../../../server/page-session.ts'

export const metadata = { title: 'Keys' }

export default async function KeysPage() {
  const session = await requireSession('/keys')
  const team = session.team.slug
  if (!session.may(team, 'key.read'))
    return (
      <>
        <PageHeader title="Keys" />
        <div className="max-w-2xl px-4 md:px-8">
          <Notice look="info" title="Viewers do not see the team's keys.">
            Ask an admin of the team for the role of a developer. The clients that you have allowed
            are on your account page.
          </Notice>
        </div>
      </>
    )
  const mayGrants = session.may(team, 'grant.read')
  const [keys, servers, grants] = await Promise.all([
    session.api.keys.list({ team }),
    session.api.servers.list({ team }),
    mayGrants ? session.api.oauth.list({ team }) : null,
  ])
  const mayWrite = session.may(team, 'key.write')
  return (
    <>
      <PageHeader
        title="Keys"
        aside={keys.length > 0 ? <span className="num text-muted">{keys.length}</span> : null}
        action={
          mayWrite ? (
            <CreateKey look="primary" team={team} servers={servers.map(({ slug }) => slug)} />
          ) : null
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 px-4 pb-10 md:px-8">
        {keys.length === 0 ? (
          <div className="grid max-w-xl gap-3 rounded-lg border bg-surface p-5">
            <p className="text-muted">
              A key is what an MCP client, git or a script sends to say whose it is:
            </p>
            <CodeBlock
              code={`curl ${session.urls.routerUrl}/my-server/mcp -H 'Authorization: Bearer mrg_…'`}
            />
          </div>
        ) : (
          <div className="overflow-hidden rounded-lg border bg-surface">
            <KeyTable keys={keys} mayWrite={mayWrite} showServer />
          </div>
        )}
        {grants ? <GrantList grants={grants} ofTeam /> : null}
      </div>
    </>
  )
}
