'use client'
import type { Settings } from '@moorage/build-plan/settings'
import { FolderGit2 } from 'lucide-react'
import { useEffect, useId, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Notice } from '../parts/notice.tsx'
import { Sha } from '../parts/sha.tsx'
import { Spinner } from '../parts/spinner.tsx'
import { PlanEditor } from '../plan/plan-editor.tsx'
import { usePlanEdits } from '../plan/use-plan-edits.ts'
import type { Inspection, useInspection } from './use-inspection.ts'

type Found = NonNullable<Inspection['result']>['servers'][number]
type OnChoice = (choice: { rootDir: string; settings: Settings; isValid: boolean }) => void

/** What is in the repository: how looking goes, then each server that was found, and its plan. */
export function FoundServers({
  state,
  onAgain,
  onChoice,
}: {
  state: NonNullable<ReturnType<typeof useInspection>['state']>
  onAgain: () => void
  onChoice: OnChoice
}) {
  const { view, error } = state
  const failure = error ?? view?.failure
  const result = view?.result
  return (
    <div aria-live="polite">
      {failure ? (
        <Notice
          look="warning"
          title={failure.message}
          action={
            <Button size="sm" onClick={onAgain}>
              Look again
            </Button>
          }
        >
          {failure.hint} You can create the server all the same.
        </Notice>
      ) : result ? (
        <FoundList result={result} onChoice={onChoice} />
      ) : (
        <p className="flex items-center gap-2.5 rounded-lg border px-3 py-2.5 text-sm text-muted">
          <Spinner />
          {view?.status === 'running'
            ? 'Fetching the repository and looking what is in it.'
            : 'Waiting for a builder to look into the repository.'}
          <span className="text-faint max-sm:hidden">You need not wait.</span>
        </p>
      )}
    </div>
  )
}

function FoundList({
  result,
  onChoice,
}: {
  result: NonNullable<Inspection['result']>
  onChoice: OnChoice
}) {
  const { servers, branch, commitSha } = result
  const [chosen, setChosen] = useState(servers.find((it) => 'plan' in it) ?? servers[0])
  const name = useId()
  if (!chosen)
    return (
      <Notice look="warning" title="No MCP server was found in this repository.">
        Add a moorage.json, or settle below how it starts.
      </Notice>
    )
  return (
    <Card
      title={servers.length === 1 ? 'One server is in it' : `${servers.length} servers are in it`}
      aside={
        <span className="flex items-center gap-1.5 text-sm text-muted">
          {branch} <Sha sha={commitSha} />
        </span>
      }
      flush
    >
      {servers.length > 1 ? (
        <fieldset className="max-h-72 min-w-0 overflow-y-auto border-b">
          <legend className="sr-only">Which one</legend>
          {servers.map((found) => (
            <label
              key={found.rootDir}
              className="flex cursor-pointer items-center gap-3 border-t px-4 py-2.5 text-sm first-of-type:border-t-0 hover:bg-hover has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
            >
              <input
                type="radio"
                name={name}
                checked={found === chosen}
                onChange={() => setChosen(found)}
                className="size-4 shrink-0 accent-accent"
              />
              <FolderGit2 className="size-4 shrink-0 text-faint" aria-hidden="true" />
              <span className="min-w-0 flex-1 truncate font-mono">{found.rootDir}</span>
              {'plan' in found ? (
                <span className="shrink-0 text-muted">{found.plan.flavor}</span>
              ) : (
                <span className="shrink-0 text-failed">needs help</span>
              )}
            </label>
          ))}
        </fieldset>
      ) : null}
      <div className="p-4">
        <ChosenPlan key={chosen.rootDir} found={chosen} onChoice={onChoice} />
      </div>
    </Card>
  )
}

const nothing: Settings = {}

function ChosenPlan({ found, onChoice }: { found: Found; onChoice: OnChoice }) {
  const edits = usePlanEdits(nothing)
  const { rootDir } = found
  const plan = 'plan' in found ? found.plan : null
  const changed = JSON.stringify(edits.settings)
  const { isValid } = edits
  useEffect(() => {
    onChoice({ rootDir, settings: JSON.parse(changed), isValid })
  }, [rootDir, changed, isValid, onChoice])
  return (
    <div className="grid gap-4">
      {'failure' in found ? (
        <Notice look="warning" title={found.failure.message}>
          {found.failure.hint}
        </Notice>
      ) : (
        <p className="text-sm">
          <b className="font-medium">{found.plan.flavor}</b>
          <span className="text-muted"> in {rootDir === '.' ? 'the root' : rootDir}</span>
        </p>
      )}
      <PlanEditor plan={plan} edits={edits} />
    </div>
  )
}
