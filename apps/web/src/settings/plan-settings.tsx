'use client'
import type { Settings } from '@moorage/build-plan/settings'
import { useState } from 'react'
import { useDeploy } from '../deployments/use-deploy.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { PlanEditor } from '../plan/plan-editor.tsx'
import { usePlanEdits } from '../plan/use-plan-edits.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { JsonSettings } from './json-settings.tsx'
import { ReplaceDocument } from './replace-document.tsx'
import { countsFromNextDeployment, SaveRow, useSaveServer } from './save-server.tsx'

/** How the server is built and started: its last plan, and what is settled here over it. */
export function PlanSettings() {
  const { server, can } = useLiveServer()
  const [asJson, setAsJson] = useState(false)
  const deploy = useDeploy(server)
  const { settings } = server
  // Nothing is built or started of one that runs elsewhere.
  const isRemote = server.source === 'settings' && settings.remote !== undefined
  // What was saved is where the next change starts from.
  const key = JSON.stringify(settings)
  return (
    <Card
      title={isRemote ? 'All settings' : 'Build and start'}
      aside={
        <span className="flex items-center gap-2 text-sm text-muted">
          {server.isBehind && can.deploy && deploy.isPossible ? (
            <>
              <span className="max-sm:hidden">Changed since it went live</span>
              <Button size="sm" busy={deploy.isBusy} onClick={deploy.start}>
                Deploy
              </Button>
            </>
          ) : null}
          {isRemote ? null : (
            <Button size="sm" look="quiet" aria-pressed={asJson} onClick={() => setAsJson(!asJson)}>
              {asJson ? 'As fields' : 'As JSON'}
            </Button>
          )}
        </span>
      }
    >
      {settings.openapi && server.source === 'settings' ? <ReplaceDocument /> : null}
      {asJson || isRemote ? (
        <JsonSettings key={key} />
      ) : (
        <FieldSettings key={key} before={settings} />
      )}
    </Card>
  )
}

function FieldSettings({ before }: { before: Settings }) {
  const { server, can } = useLiveServer()
  const edits = usePlanEdits(before)
  const save = useSaveServer(countsFromNextDeployment)
  const plan = server.live?.plan ?? server.latest?.plan ?? null
  return (
    <form
      className="grid gap-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        save.start({ settings: edits.settings })
      }}
    >
      {plan ? null : (
        <p className="text-sm text-muted">
          It has no plan yet: what is left empty is found out when it is deployed.
        </p>
      )}
      <PlanEditor plan={plan} edits={edits} settled={before} disabled={!can.update} />
      <SaveRow save={save} isChanged={edits.isChanged && edits.isValid} />
    </form>
  )
}
