import { Previews } from '../../../../../previews/previews.tsx'
import type { PageProps } from '../../../../../server/page-props.ts'
import { requireSession } from '../../../../../server/page-session.ts'
import { serverPage } from '../../../../../server/server-page.ts'

export const metadata = { title: 'Previews' }

export default async function PreviewsPage({ params }: PageProps<'slug'>) {
  const { slug } = await params
  await requireSession(`/servers/${encodeURIComponent(slug)}/previews`)
  const { session } = await serverPage(slug)
  return <Previews initial={await session.api.previews.list({ slug })} />
}
