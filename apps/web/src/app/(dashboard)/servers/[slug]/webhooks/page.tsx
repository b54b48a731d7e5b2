import type { PageProps } from '../../../../../server/page-props.ts'
import { requireSession } from '../../../../../server/page-session.ts'
import { serverPage } from '../../../../../server/server-page.ts'
import { Deliveries } from '../../../../../webhooks/deliveries.tsx'
import { HookCard } from '../../../../../webhooks/hook-card.tsx'
import { PushSettings } from '../../../../../webhooks/push-settings.tsx'

export const metadata = { title: 'Webhooks' }

export default async function WebhooksPage({ params }: PageProps<'slug'>) {
  const { slug } = await params
  await requireSession(`/servers/${encodeURIComponent(slug)}/webhooks`)
  const { session, server } = await serverPage(slug)
  const webhook = await session.api.webhooks.get({ slug })
  if (!server.repoUrl)
    return (
      <p className="max-w-3xl rounded-lg border bg-surface p-4 text-sm text-muted">
        Webhooks are for servers with a repository URL, from which the commits are fetched. This one
        is {server.source === 'git' ? 'pushed to, which deploys at once' : 'made of its settings'}.
      </p>
    )
  return (
    <div className="grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-5">
      <HookCard url={webhook.url} hasSecret={webhook.hasSecret} />
      <Deliveries initial={webhook} />
      <PushSettings />
    </div>
  )
}
