'use client'
import type { Settings } from '@moorage/build-plan/settings'
import { suggestName } from '@moorage/build-plan/suggest-name'
import { slugFrom } from '@moorage/domain/slug'
import type { ReactNode } from 'react'
import { errorText } from '../api-client/error-text.ts'
import { Card } from '../parts/card.tsx'
import { Notice } from '../parts/notice.tsx'
import { Spinner } from '../parts/spinner.tsx'
import { PlanEditor } from '../plan/plan-editor.tsx'
import { usePlanEdits } from '../plan/use-plan-edits.ts'
import { NewServerForm } from './new-server-form.tsx'
import type { Place } from './source-draft.ts'
import { usePlanPreview } from './use-plan-preview.ts'

export type Described = {
  /** Null while something is missing. */
  settings: Settings | null
  document?: string | null
  /** What it could be called, where something better than the settings says so. */
  name?: string | undefined
  env?: Record<string, string>
  missing: string
}

const nothing: Settings = {}

/** A server without a repository: its plan shows while it is described. */
export function SettingsSource({
  place,
  described,
  children,
}: {
  place: Place
  described: Described
  children: ReactNode
}) {
  const { settings, document = null, name, env = {}, missing } = described
  const { preview, error, isFetching } = usePlanPreview({ team: place.team, settings, document })
  const edits = usePlanEdits(settings ?? nothing)
  const failure = error ? errorText(error) : preview?.failure
  const isReady = settings !== null && edits.isValid
  const draft = {
    input: isReady
      ? {
          source: 'settings' as const,
          settings: edits.settings,
          ...(document === null ? {} : { document }),
        }
      : null,
    missing: settings === null ? missing : 'Correct what is marked above.',
    slug: slugFrom(name || (settings && suggestName(settings)) || ''),
    env,
    deploys: true,
  }
  return (
    <NewServerForm place={place} draft={draft}>
      {children}
      <div aria-live="polite" className="empty:hidden">
        {failure ? (
          <Notice look="warning" title={failure.message}>
            {failure.hint}
          </Notice>
        ) : preview?.plan ? (
          <Card
            title="Plan"
            aside={
              <span className="flex items-center gap-2 text-sm text-muted">
                {isFetching ? <Spinner className="size-3.5" /> : null}
                {preview.plan.flavor}
              </span>
            }
          >
            <PlanEditor
              plan={preview.plan}
              edits={edits}
              without={settings?.openapi ? ['start', 'build'] : settings?.start ? ['start'] : []}
            />
          </Card>
        ) : null}
      </div>
    </NewServerForm>
  )
}
