import { CreateKey } from '../../../../../keys/create-key.tsx'
import { KeyTable } from '../../../../../keys/key-table.tsx'
import { Card } from '../../../../../parts/card.tsx'
import { canOn } from '../../../../../server/can.ts'
import type { PageProps } from '../../../../../server/page-props.ts'
import { requireSession } from '../../../../../server/page-session.ts'
import { serverPage } from '../../../../../server/server-page.ts'
import { AccessCard } from '../../../../../settings/access-card.tsx'
import { ApprovalCard } from '../../../../../settings/approval-card.tsx'
import { BuildSecretsCard } from '../../../../../settings/build-secrets-card.tsx'
import { DeleteServer } from '../../../../../settings/delete-server.tsx'
import { DomainsCard } from '../../../../../settings/domains-card.tsx'
import { EnvCard } from '../../../../../settings/env-card.tsx'
import { PlanSettings } from '../../../../../settings/plan-settings.tsx'
import { RemoteForm } from '../../../../../settings/remote-form.tsx'
import { RoutingCard } from '../../../../../settings/routing-card.tsx'
import { SourceForm } from '../../../../../settings/source-form.tsx'

export const metadata = { title: 'Settings' }

export default async function SettingsPage({ params }: PageProps<'slug'>) {
  const { slug } = await params
  await requireSession(`/servers/${encodeURIComponent(slug)}/settings`)
  const { session, server } = await serverPage(slug)
  const can = canOn(session, server.team.slug)
  const [vars, secrets, keys, domains] = await Promise.all([
    can.readEnv ? session.api.env.list({ slug }) : null,
    can.readEnv ? session.api.buildSecrets.list({ slug }) : null,
    can.readKeys ? session.api.keys.list({ slug }) : null,
    session.api.domains.list({ slug }),
  ])
  return (
    <div className="grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-5">
      <SourceForm />
      <RemoteForm />
      <PlanSettings />
      <AccessCard />
      <ApprovalCard />
      <RoutingCard />
      <DomainsCard initial={domains} />
      {vars ? <EnvCard vars={vars} /> : null}
      {secrets ? <BuildSecretsCard secrets={secrets} /> : null}
      {keys ? (
        <Card
          title="Keys for this server"
          flush
          aside={can.writeKeys ? <CreateKey team={server.team.slug} slug={slug} /> : null}
        >
          {keys.length > 0 ? (
            <KeyTable keys={keys} mayWrite={can.writeKeys} showServer={false} />
          ) : (
            <p className="p-4 text-sm text-muted">
              None for it alone. The team's own keys reach every server.
            </p>
          )}
        </Card>
      ) : null}
      {can.remove ? <DeleteServer /> : null}
    </div>
  )
}
