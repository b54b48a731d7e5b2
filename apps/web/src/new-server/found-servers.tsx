'use client'
import type { Settings } from '@moorage/build-plan/settings'
import { ChevronRight, FolderGit2 } from 'lucide-react'
import { useEffect } from 'react'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Notice } from '../parts/notice.tsx'
import { Sha } from '../parts/sha.tsx'
import { Spinner } from '../parts/spinner.tsx'
import { PlanEditor } from '../plan/plan-editor.tsx'
import { usePlanEdits } from '../plan/use-plan-edits.ts'
import type { Inspection, useInspection } from './use-inspection.ts'

type Found = NonNullable<Inspection['result']>['servers'][number]
/** What is settled about one of them. */
export type Choice = { settings: Settings; isValid: boolean }
type Chosen = {
  /** Root directories, in the order of the list. */
  chosen: readonly string[]
  onChosen: (rootDirs: string[]) => void
  onChoice: (rootDir: string, choice: Choice) => void
}

/** What is in the repository: how looking goes, then each server that was found, and its plan. */
export function FoundServers({
  state,
  onAgain,
  ...chosen
}: {
  state: NonNullable<ReturnType<typeof useInspection>['state']>
  onAgain: () => void
} & Chosen) {
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
        <FoundList result={result} {...chosen} />
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
  chosen,
  onChosen,
  onChoice,
}: { result: NonNullable<Inspection['result']> } & Chosen) {
  const { servers, branch, commitSha } = result
  if (servers.length === 0)
    return (
      <Notice look="warning" title="No MCP server was found in this repository.">
        Add a moorage.json, or settle below how it starts.
      </Notice>
    )
  const all = servers.map(({ rootDir }) => rootDir)
  const isChosen = ({ rootDir }: Found) => chosen.includes(rootDir)
  const toggle = (found: Found) =>
    onChosen(all.filter((rootDir) => chosen.includes(rootDir) !== (rootDir === found.rootDir)))
  return (
    <Card
      title={servers.length === 1 ? 'One server is in it' : `${servers.length} servers are in it`}
      aside={
        <span className="flex items-center gap-1.5 text-sm text-muted">
          {servers.length > 1 && chosen.length < servers.length ? (
            <Button size="sm" look="quiet" onClick={() => onChosen(all)}>
              Choose all
            </Button>
          ) : null}
          {branch} <Sha sha={commitSha} />
        </span>
      }
      flush
    >
      {servers.length > 1 ? (
        <fieldset className="max-h-72 min-w-0 overflow-y-auto border-b">
          <legend className="sr-only">Which of them</legend>
          {servers.map((found) => (
            <FoundRow
              key={found.rootDir}
              found={found}
              isChosen={isChosen(found)}
              onToggle={() => toggle(found)}
              onOnly={() => onChosen([found.rootDir])}
            />
          ))}
        </fieldset>
      ) : null}
      {chosen.length === 0 ? (
        <p className="p-4 text-sm text-muted">Choose one or more; each shows its plan here.</p>
      ) : null}
      {servers.filter(isChosen).map((found) => (
        <ChosenPlan
          key={found.rootDir}
          found={found}
          isOnly={chosen.length === 1}
          onChoice={onChoice}
        />
      ))}
    </Card>
  )
}

/** A click on the row takes it alone, its checkbox takes it besides the others. */
function FoundRow({
  found,
  isChosen,
  onToggle,
  onOnly,
}: {
  found: Found
  isChosen: boolean
  onToggle: () => void
  onOnly: () => void
}) {
  return (
    <div className="flex items-center border-t text-sm first-of-type:border-t-0 hover:bg-hover has-checked:bg-accent-soft">
      <label className="grid cursor-pointer place-items-center py-2.5 pr-3 pl-4">
        <input
          type="checkbox"
          aria-label={found.rootDir}
          checked={isChosen}
          onChange={onToggle}
          className="size-4 accent-accent"
        />
      </label>
      <button
        type="button"
        title="Take this one alone"
        onClick={onOnly}
        className="flex min-w-0 flex-1 items-center gap-3 py-2.5 pr-4 text-left"
      >
        <FolderGit2 className="size-4 shrink-0 text-faint" aria-hidden="true" />
        <span className="min-w-0 flex-1 truncate font-mono">{found.rootDir}</span>
        {'plan' in found ? (
          <span className="shrink-0 text-muted">{found.plan.flavor}</span>
        ) : (
          <span className="shrink-0 text-failed">needs help</span>
        )}
      </button>
    </div>
  )
}

const nothing: Settings = {}

function ChosenPlan({
  found,
  isOnly,
  onChoice,
}: {
  found: Found
  isOnly: boolean
  onChoice: Chosen['onChoice']
}) {
  const edits = usePlanEdits(nothing)
  const { rootDir } = found
  const plan = 'plan' in found ? found.plan : null
  const changed = JSON.stringify(edits.settings)
  const { isValid } = edits
  useEffect(() => {
    onChoice(rootDir, { settings: JSON.parse(changed), isValid })
  }, [rootDir, changed, isValid, onChoice])
  return (
    <details open={isOnly} className="group/plan border-t first-of-type:border-t-0">
      <summary className="flex items-center gap-1.5 px-4 py-3 text-sm hover:bg-hover">
        <ChevronRight className="size-3.5 shrink-0 text-faint transition-transform duration-150 group-open/plan:rotate-90" />
        <b className="font-medium">{plan?.flavor ?? 'No plan'}</b>
        <span className="min-w-0 truncate text-muted">
          in {rootDir === '.' ? 'the root' : rootDir}
        </span>
        {isValid ? null : <span className="ml-auto text-failed">to be corrected</span>}
      </summary>
      <div className="grid gap-4 px-4 pt-1 pb-4">
        {'failure' in found ? (
          <Notice look="warning" title={found.failure.message}>
            {found.failure.hint}
          </Notice>
        ) : null}
        <PlanEditor plan={plan} edits={edits} />
      </div>
    </details>
  )
}
