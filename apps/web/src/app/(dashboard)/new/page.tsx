import Link from 'next/link'
import { NewServerForm } from '../../../new-server/new-server-form.tsx'
import { sources } from '../../../new-server/new-server-schema.ts'
import { Notice } from '../../../parts/notice.tsx'
import { PageHeader } from '../../../parts/page-header.tsx'
import type { PageProps } from '../../../server/page-props.ts'
import { requireSession } from '../../../server/page-session.ts'

export const metadata = { title: 'New server' }

const words = { git: 'From a git repository', push: 'Push your own' }

export default async function NewServerPage({ searchParams }: PageProps) {
  const asked = (await searchParams).source
  const source = sources.find((it) => it === asked) ?? 'git'
  const session = await requireSession(`/new?source=${source}`)
  if (!session.may(session.team.slug, 'server.create'))
    return (
      <>
        <PageHeader title="New server" />
        <div className="max-w-2xl px-4 md:px-8">
          <Notice look="info" title="You may look at this team's servers, but not make one.">
            Ask an admin of the team for the role of a developer.
          </Notice>
        </div>
      </>
    )
  return (
    <>
      <PageHeader title="New server" />
      <div className="max-w-2xl px-4 pb-12 md:px-8">
        <nav aria-label="Source" className="mb-6 inline-flex rounded-lg border bg-sunken p-0.5">
          {sources.map((it) => (
            <Link
              key={it}
              href={`/new?source=${it}`}
              replace
              aria-current={it === source ? 'page' : undefined}
              className="flex h-8 items-center rounded-md px-3 text-sm text-muted hover:text-text aria-[current]:bg-raised aria-[current]:font-medium aria-[current]:text-text aria-[current]:shadow-sm"
            >
              {words[it]}
            </Link>
          ))}
        </nav>
        <NewServerForm
          key={source}
          source={source}
          team={session.team.slug}
          routerUrl={session.urls.routerUrl}
          gitUrl={session.urls.gitUrl}
        />
      </div>
    </>
  )
}
