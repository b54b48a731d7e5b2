'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useQuery } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { errorText } from '../api-client/error-text.ts'
import { inputClass } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { Spinner } from '../parts/spinner.tsx'
import { Time } from '../parts/time.tsx'

type Repository = ApiOutputs['github']['repositories'][number]

const maxShown = 50

/** The repositories of the team's accounts at GitHub, to pick one. */
export function GithubRepositories({
  team,
  picked,
  onPick,
}: {
  team: string
  /** The URL of the one that is picked. */
  picked: string
  onPick: (url: string) => void
}) {
  const api = useTRPC()
  const [typed, setTyped] = useState('')
  const { data, error } = useQuery(
    api.github.repositories.queryOptions({ team }, { retry: false, staleTime: 60_000 }),
  )
  if (error) {
    const { message, hint } = errorText(error)
    return (
      <Notice look="warning" title={message}>
        {hint} Its URL works below as well.
      </Notice>
    )
  }
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const found = data?.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
  return (
    <fieldset className="min-w-0 overflow-hidden rounded-lg border bg-surface">
      <legend className="sr-only">Repositories at GitHub</legend>
      <div className="border-b p-2">
        <input
          type="search"
          aria-label="Search the repositories at GitHub"
          placeholder="Search the repositories at GitHub"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          // Enter would send the form around it.
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
          className={inputClass}
        />
      </div>
      {found ? (
        <div className="max-h-64 overflow-y-auto">
          {found.slice(0, maxShown).map((one) => (
            <Row key={one.url} repository={one} isPicked={one.url === picked} onPick={onPick} />
          ))}
          <p className="px-4 py-2.5 text-sm text-faint empty:hidden">
            {restOf(found.length, typed)}
          </p>
        </div>
      ) : (
        <p className="flex items-center gap-2.5 px-4 py-3 text-sm text-muted">
          <Spinner /> Asking GitHub.
        </p>
      )}
    </fieldset>
  )
}

function restOf(count: number, typed: string): string | null {
  if (count > maxShown) return `${count - maxShown} more: type to find them.`
  if (count > 0) return null
  return typed
    ? `No repository matches “${typed}”.`
    : 'The App is let at no repository: choose some in its settings at GitHub.'
}

function Row({
  repository: { name, url, isPrivate, pushedAt },
  isPicked,
  onPick,
}: {
  repository: Repository
  isPicked: boolean
  onPick: (url: string) => void
}) {
  return (
    <button
      type="button"
      aria-pressed={isPicked}
      onClick={() => onPick(url)}
      className="flex w-full items-center gap-3 border-t px-4 py-2 text-left text-sm first:border-t-0 hover:bg-hover aria-pressed:bg-accent-soft"
    >
      <span className="min-w-0 flex-1 truncate font-mono" title={name}>
        {name}
      </span>
      {isPrivate ? (
        <span className="flex shrink-0 items-center gap-1 text-xs text-muted">
          <Lock className="size-3" aria-hidden="true" /> private
        </span>
      ) : null}
      {pushedAt ? (
        <span className="w-24 shrink-0 text-right text-xs text-faint max-sm:hidden">
          <Time at={pushedAt} />
        </span>
      ) : null}
    </button>
  )
}
