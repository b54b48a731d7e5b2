import { notFound } from 'next/navigation'
import { DeploymentLive } from '../../../../../../deployments/deployment-live.tsx'
import { logPage } from '../../../../../../logs/log-page.ts'
import { orNotFound } from '../../../../../../server/or-not-found.ts'
import type { PageProps } from '../../../../../../server/page-props.ts'
import { requireSession } from '../../../../../../server/page-session.ts'

export const metadata = { title: 'Deployment' }

export default async function DeploymentPage({ params }: PageProps<'slug' | 'id'>) {
  const { slug, id } = await params
  const session = await requireSession(
    `/servers/${encodeURIComponent(slug)}/deployments/${encodeURIComponent(id)}`,
  )
  const deployment = await orNotFound(session.api.deployments.get({ id }))
  if (deployment.slug !== slug) notFound()
  const wentLive = deployment.status === 'live' || deployment.status === 'retired'
  // What a server wrote before it failed belongs to the story; what it wrote in service does not.
  const streams = wentLive
    ? (['build', 'system'] as const)
    : (['build', 'system', 'stdout', 'stderr'] as const)
  const lines = await session.api.logs.query({
    slug,
    deploymentId: id,
    streams: [...streams],
    limit: logPage,
  })
  return <DeploymentLive key={id} initial={deployment} lines={lines} streams={[...streams]} />
}
