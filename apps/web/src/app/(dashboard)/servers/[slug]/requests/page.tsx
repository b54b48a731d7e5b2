import { requestPage } from '../../../../../logs/request-page.ts'
import { RequestTable } from '../../../../../logs/request-table.tsx'
import { Notice } from '../../../../../parts/notice.tsx'
import { orNotFound } from '../../../../../server/or-not-found.ts'
import type { PageProps } from '../../../../../server/page-props.ts'
import { requireSession } from '../../../../../server/page-session.ts'

export const metadata = { title: 'Requests' }

export default async function RequestsPage({ params, searchParams }: PageProps<'slug'>) {
  const { slug } = await params
  const { show, request } = await searchParams
  const failedOnly = show === 'failed'
  const session = await requireSession(`/servers/${encodeURIComponent(slug)}/requests`)
  const [rows, lost] = await orNotFound(
    Promise.all([
      session.api.logs.requests({ slug, failedOnly, limit: requestPage }),
      session.api.logs.lostRequests({ slug }),
    ]),
  )
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {lost > 0 ? (
        <Notice
          look="warning"
          title={`${lost} ${lost === 1 ? 'line' : 'lines'} of request logs could not be written`}
        >
          The database was away or slow for too long. Counted over all servers, since the routers
          that run now have started.
        </Notice>
      ) : null}
      <RequestTable
        key={String(failedOnly)}
        slug={slug}
        failedOnly={failedOnly}
        initial={rows}
        initialOpen={typeof request === 'string' && /^\d{1,18}$/.test(request) ? request : null}
      />
    </div>
  )
}
