import type { ApiOutputs } from '@moorage/api/app-router'
import { StatusMark } from '../parts/status-mark.tsx'
import { Time } from '../parts/time.tsx'
import { stepWords } from './step-words.ts'

/** Newest first; under what went wrong stands what to do. */
export function StepTable({ steps }: { steps: ApiOutputs['oauth']['steps'] }) {
  return (
    <ol className="overflow-hidden rounded-lg border bg-surface text-sm">
      {steps.map(({ id, at, step, clientName, clientId, address, fault, hint }) => (
        <li
          key={id}
          className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1 border-t px-4 py-2.5 first:border-t-0 sm:grid-cols-[9rem_minmax(0,1fr)_auto]"
        >
          <StatusMark
            mark={{
              shape: fault ? 'cross' : 'dot',
              tone: fault ? 'failed' : 'live',
              word: stepWords(step),
            }}
          />
          <div className="min-w-0 max-sm:col-span-2 max-sm:row-start-2">
            <p className="truncate" title={clientId ?? undefined}>
              {clientName ?? clientId ?? 'A client without a name'}
              {address ? <span className="text-faint"> from {address}</span> : null}
            </p>
            {fault ? (
              <div className="mt-1 break-words">
                <p className="text-failed">{fault}</p>
                {hint ? <p className="text-muted">{hint}</p> : null}
              </div>
            ) : null}
          </div>
          <span className="text-faint">
            <Time at={at} />
          </span>
        </li>
      ))}
    </ol>
  )
}
