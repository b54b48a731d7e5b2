import { CommandSource } from '../../../new-server/command-source.tsx'
import { GitSource } from '../../../new-server/git-source.tsx'
import { ImageSource } from '../../../new-server/image-source.tsx'
import { OpenapiSource } from '../../../new-server/openapi-source.tsx'
import { PushSource } from '../../../new-server/push-source.tsx'
import { RemoteSource } from '../../../new-server/remote-source.tsx'
import { SourceNav } from '../../../new-server/source-nav.tsx'
import { sources } from '../../../new-server/sources.ts'
import { Notice } from '../../../parts/notice.tsx'
import { PageHeader } from '../../../parts/page-header.tsx'
import type { PageProps } from '../../../server/page-props.ts'
import { requireSession } from '../../../server/page-session.ts'

export const metadata = { title: 'New server' }

const forms = {
  git: GitSource,
  command: CommandSource,
  image: ImageSource,
  openapi: OpenapiSource,
  remote: RemoteSource,
  push: PushSource,
}

export default async function NewServerPage({ searchParams }: PageProps) {
  const asked = (await searchParams).source
  const source = sources.find(({ kind }) => kind === asked)?.kind ?? 'git'
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
  const { routerUrl, gitUrl } = session.urls
  const team = session.team.slug
  const hasGithub = source === 'git' && (await session.api.github.get({ team })).accounts.length > 0
  const Form = forms[source]
  return (
    <>
      <PageHeader title="New server" />
      <div className="max-w-3xl px-4 pb-12 md:px-8">
        <SourceNav current={source} />
        <Form key={source} place={{ team, routerUrl, gitUrl, hasGithub }} />
      </div>
    </>
  )
}
