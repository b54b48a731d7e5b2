'use client'
import type { Failure } from '@moorage/domain/deployment'
import { Lightbulb, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { parseAnsi } from '../logs/parse-ansi.ts'
import { lineThatMatters } from './line-that-matters.ts'
import { stepWords } from './step-words.ts'

/** Lines shown around the one that matters. */
const around = 2

/** What went wrong, the line that says so, and what to do next. */
export function FailureCard({ failure, action }: { failure: Failure; action: ReactNode }) {
  const plain = failure.lastLines.map((line) =>
    parseAnsi(line)
      .map((part) => part.text)
      .join(''),
  )
  const index = lineThatMatters(plain)
  const from = Math.max(0, index - around)
  const shown = plain.slice(from, index + around + 1)
  return (
    <section
      role="alert"
      className="min-w-0 overflow-hidden rounded-lg border border-failed-line bg-surface"
    >
      <div className="flex items-start gap-3 border-b border-failed-line bg-failed-soft px-4 py-3">
        <span className="mt-0.5 grid size-5 shrink-0 place-items-center rounded-full bg-failed text-canvas">
          <X className="size-3.5" strokeWidth={3} aria-hidden="true" />
        </span>
        <div className="min-w-0">
          <h2 className="font-medium break-words">{failure.message}</h2>
          <p className="text-sm text-muted">
            In the step “{stepWords[failure.step]}”
            {failure.exitCode === null ? '' : `, exit code ${failure.exitCode}`}.
          </p>
        </div>
      </div>
      {shown.length > 0 ? (
        <pre className="overflow-x-auto border-b bg-sunken py-2 font-mono text-xs leading-5">
          {shown.map((line, offset) => {
            const matters = from + offset === index
            return (
              <div
                key={offset}
                className={`border-l-2 px-4 ${matters ? 'border-failed bg-failed-soft text-text' : 'border-transparent text-muted'}`}
              >
                <span className="whitespace-pre-wrap [overflow-wrap:anywhere]">{line || ' '}</span>
              </div>
            )
          })}
        </pre>
      ) : null}
      <div className="flex flex-wrap items-center gap-3 px-4 py-3 text-sm">
        <Lightbulb className="size-4 shrink-0 text-warning" aria-hidden="true" />
        <p className="min-w-0 flex-1 basis-64 break-words">
          {failure.hint ?? 'The log below has everything that was said until then.'}
        </p>
        {action}
      </div>
    </section>
  )
}
