import { ConnectCard } from '../../../../connect/connect-card.tsx'
import { connectSnippets } from '../../../../connect/snippets.ts'
import { deploymentPage } from '../../../../deployments/deployment-page.ts'
import { RecentDeployments } from '../../../../deployments/recent-deployments.tsx'
import { highlight } from '../../../../server/highlight.ts'
import type { PageProps } from '../../../../server/page-props.ts'
import { requireSession } from '../../../../server/page-session.ts'
import { serverPage } from '../../../../server/server-page.ts'
import { FirstDeploy } from '../../../../servers/first-deploy.tsx'
import { FoundTools } from '../../../../servers/found-tools.tsx'
import { LiveFacts } from '../../../../servers/live-facts.tsx'
import { ServerNotices } from '../../../../servers/server-notices.tsx'

export default async function ServerPage({ params }: PageProps<'slug'>) {
  const { slug } = await params
  await requireSession(`/servers/${encodeURIComponent(slug)}`)
  const { session, server } = await serverPage(slug)
  const snippets = connectSnippets({
    slug,
    url: server.url,
    needsKey: server.access === 'private',
    transport: server.live?.handshake?.transport ?? 'streamable-http',
  })
  const [deployments, painted] = await Promise.all([
    session.api.deployments.list({ slug, limit: deploymentPage }),
    Promise.all(
      snippets.map(async (snippet) => ({
        ...snippet,
        html: await highlight(snippet.code, snippet.language),
      })),
    ),
  ])
  return (
    <div className="grid max-w-7xl gap-5">
      <ServerNotices />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_21rem]">
        <div className="grid min-w-0 gap-5">
          <FirstDeploy />
          <ConnectCard snippets={painted} />
          <FoundTools />
        </div>
        <div className="grid min-w-0 gap-5">
          <LiveFacts />
          <RecentDeployments initial={deployments} />
        </div>
      </div>
    </div>
  )
}
