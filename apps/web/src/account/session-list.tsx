'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { browserName } from './browser-name.ts'

/** Every browser one is signed in with; each can be signed out from here. */
export function SessionList({
  sessions,
  current,
}: {
  sessions: ApiOutputs['account']['sessions']
  current: string
}) {
  const api = useTRPC()
  const answer = useAnswer()
  const revoke = useMutation(
    api.account.revokeSession.mutationOptions({
      onSuccess: () => answer.done('Signed out there.'),
      onError: answer.failed,
    }),
  )
  return (
    <ul>
      {sessions.map(({ id, userAgent, ipAddress, createdAt }) => (
        <li
          key={id}
          className="flex items-center gap-3 border-t px-4 py-2.5 text-sm first:border-t-0"
        >
          <div className="min-w-0 flex-1">
            <p className="truncate font-medium" title={userAgent ?? undefined}>
              {browserName(userAgent)}
              {id === current ? <span className="font-normal text-faint"> · this one</span> : null}
            </p>
            <p className="text-faint">
              since <Time at={createdAt} />
              {ipAddress ? `, from ${ipAddress}` : ''}
            </p>
          </div>
          {id === current ? null : (
            <Button
              size="sm"
              look="quiet"
              busy={revoke.isPending && revoke.variables.id === id}
              aria-label={`Sign out ${browserName(userAgent)}`}
              onClick={() => revoke.mutate({ id })}
            >
              Sign out
            </Button>
          )}
        </li>
      ))}
    </ul>
  )
}
