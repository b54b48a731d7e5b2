import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { canOn } from '../../../../server/can.ts'
import { findSession } from '../../../../server/page-session.ts'
import { serverPage } from '../../../../server/server-page.ts'
import { ServerHeader } from '../../../../servers/server-header.tsx'
import { ServerLive } from '../../../../servers/server-live.tsx'

type Props = { params: Promise<{ slug: string }>; children: ReactNode }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { slug } = await params
  return { title: { default: slug, template: `%s · ${slug} · Moorage` } }
}

export default async function ServerLayout({ params, children }: Props) {
  const { slug } = await params
  // The page itself sends whoever is not signed in away, and knows where to come back to.
  if (!(await findSession())) return children
  const { session, server } = await serverPage(slug)
  return (
    <ServerLive initial={server} can={canOn(session, server.team.slug)}>
      <ServerHeader />
      <div className="px-4 py-5 md:px-8 md:py-6">{children}</div>
    </ServerLive>
  )
}
