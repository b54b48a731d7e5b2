'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { go } from '../shell/team-switcher.tsx'
import { roleWords } from '../team/role-words.ts'

/** The teams one is in, and those that an owner can still restore. */
export function TeamList({ teams }: { teams: ApiOutputs['teams']['list'] }) {
  const api = useTRPC()
  const answer = useAnswer()
  const restore = useMutation(
    api.teams.restore.mutationOptions({
      onSuccess: ({ slug }) => go(slug),
      onError: answer.failed,
    }),
  )
  if (teams.length === 0)
    return <p className="p-4 text-sm text-muted">None. Ask someone to invite you.</p>
  return (
    <ul>
      {teams.map(({ slug, name, role, removedAt }) => (
        <li
          key={slug}
          className="flex items-center gap-3 border-t px-4 py-2.5 text-sm first:border-t-0"
        >
          <div className="min-w-0 flex-1">
            <p className="truncate font-medium">{name}</p>
            <p className="text-faint">
              {removedAt ? (
                <span className="text-failed">
                  deleted, gone for good <Time at={removedAt} />
                </span>
              ) : role ? (
                roleWords[role].label
              ) : null}
            </p>
          </div>
          {removedAt ? (
            <Button
              size="sm"
              busy={restore.isPending && restore.variables.team === slug}
              onClick={() => restore.mutate({ team: slug })}
            >
              Restore
            </Button>
          ) : (
            <Button size="sm" look="quiet" onClick={() => go(slug)}>
              Open
            </Button>
          )}
        </li>
      ))}
    </ul>
  )
}
