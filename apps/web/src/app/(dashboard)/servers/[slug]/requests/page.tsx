import { requestPage } from '../../../../../logs/request-page.ts'
import { RequestTable } from '../../../../../logs/request-table.tsx'
import { orNotFound } from '../../../../../server/or-not-found.ts'
import type { PageProps } from '../../../../../server/page-props.ts'
import { requireSession } from '../../../../../server/page-session.ts'

export const metadata = { title: 'Requests' }

export default async function RequestsPage({ params, searchParams }: PageProps<'slug'>) {
  const { slug } = await params
  const failedOnly = (await searchParams).show === 'failed'
  const session = await requireSession(`/servers/${encodeURIComponent(slug)}/requests`)
  const rows = await orNotFound(session.api.logs.requests({ slug, failedOnly, limit: requestPage }))
  return (
    <RequestTable key={String(failedOnly)} slug={slug} failedOnly={failedOnly} initial={rows} />
  )
}
