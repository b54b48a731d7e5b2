import { logPage } from '../../../../../logs/log-page.ts'
import { LogSearch } from '../../../../../logs/log-search.tsx'
import { parseStream } from '../../../../../logs/stream-filter.ts'
import { orNotFound } from '../../../../../server/or-not-found.ts'
import type { PageProps } from '../../../../../server/page-props.ts'
import { requireSession } from '../../../../../server/page-session.ts'

export const metadata = { title: 'Logs' }

export default async function LogsPage({ params, searchParams }: PageProps<'slug'>) {
  const { slug } = await params
  const { q, stream } = await searchParams
  const session = await requireSession(`/servers/${encodeURIComponent(slug)}/logs`)
  const search = typeof q === 'string' ? q.slice(0, 200) : ''
  const { name, streams } = parseStream(typeof stream === 'string' ? stream : undefined)
  const lines = await orNotFound(
    session.api.logs.query({ slug, streams, search: search || undefined, limit: logPage }),
  )
  return <LogSearch slug={slug} search={search} stream={name} streams={streams} lines={lines} />
}
