import { CreateKey } from '../../../../../keys/create-key.tsx'
import { KeyTable } from '../../../../../keys/key-table.tsx'
import { Card } from '../../../../../parts/card.tsx'
import { canOn } from '../../../../../server/can.ts'
import type { PageProps } from '../../../../../server/page-props.ts'
import { requireSession } from '../../../../../server/page-session.ts'
import { serverPage } from '../../../../../server/server-page.ts'
import { AccessCard } from '../../../../../settings/access-card.tsx'
import { ApprovalCard } from '../../../../../settings/approval-card.tsx'
import { AskedCard } from '../../../../../settings/asked-card.tsx'
import { BuildSecretsCard } from '../../../../../settings/build-secrets-card.tsx'
import { DeleteServer } from '../../../../../settings/delete-server.tsx'
import { DomainsCard } from '../../../../../settings/domains-card.tsx'
import { EnvCard } from '../../../../../settings/env-card.tsx'
import { PlanSettings } from '../../../../../settings/plan-settings.tsx'
import { PolicyCard } from '../../../../../settings/policy-card.tsx'
import { RemoteForm } from '../../../../../settings/remote-form.tsx'
import { RoutingCard } from '../../../../../settings/routing-card.tsx'
import {
  SettingsNav,
  SettingsSection,
  type SettingsSectionId,
  settingsSectionIds,
} from '../../../../../settings/settings-section.tsx'
import { SourceForm } from '../../../../../settings/source-form.tsx'
import { VolumeCard } from '../../../../../settings/volume-card.tsx'

export const metadata = { title: 'Settings' }

export default async function SettingsPage({ params }: PageProps<'slug'>) {
  const { slug } = await params
  await requireSession(`/servers/${encodeURIComponent(slug)}/settings`)
  const { session, server } = await serverPage(slug)
  const can = canOn(session, server.team.slug)
  const [vars, secrets, keys, domains, volume, callers] = await Promise.all([
    can.readEnv ? session.api.env.list({ slug }) : null,
    can.readEnv ? session.api.buildSecrets.list({ slug }) : null,
    can.readKeys ? session.api.keys.list({ slug }) : null,
    session.api.domains.list({ slug }),
    session.api.volumes.get({ slug }),
    can.update ? session.api.servers.callers({ slug }) : [],
  ])
  const isRemote = server.source === 'settings' && server.settings.remote !== undefined
  const isShown: Partial<Record<SettingsSectionId, boolean>> = {
    environment: vars !== null,
    storage: !isRemote,
    danger: can.remove,
  }
  const sections = settingsSectionIds.filter((id) => isShown[id] ?? true)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5 lg:grid-cols-[minmax(0,48rem)_10rem] lg:gap-8">
      <SettingsNav ids={sections} />
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-5">
        <SettingsSection id="source">
          <SourceForm />
          <RemoteForm />
          <PlanSettings />
          <ApprovalCard />
        </SettingsSection>
        <SettingsSection id="access">
          <AccessCard />
          <PolicyCard callers={callers} />
          <AskedCard />
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
        </SettingsSection>
        <SettingsSection id="routing">
          <RoutingCard />
          <DomainsCard initial={domains} />
        </SettingsSection>
        {vars && secrets ? (
          <SettingsSection id="environment">
            <EnvCard vars={vars} />
            {isRemote ? null : <BuildSecretsCard secrets={secrets} />}
          </SettingsSection>
        ) : null}
        {isRemote ? null : (
          <SettingsSection id="storage">
            <VolumeCard initial={volume} />
          </SettingsSection>
        )}
        {can.remove ? (
          <SettingsSection id="danger">
            <DeleteServer />
          </SettingsSection>
        ) : null}
      </div>
    </div>
  )
}
