'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { roleWords } from './role-words.ts'

/** Who was invited and has not come yet. */
export function InvitationList({
  team,
  invitations,
}: {
  team: string
  invitations: ApiOutputs['invitations']['list']
}) {
  const api = useTRPC()
  const answer = useAnswer()
  const revoke = useMutation(
    api.invitations.revoke.mutationOptions({
      onSuccess: () => answer.done('The link is good for nothing any more.'),
      onError: answer.failed,
    }),
  )
  return (
    <ul>
      {invitations.map(({ id, email, role, expiresAt }) => (
        <li
          key={id}
          className="flex items-center gap-3 border-t px-4 py-2.5 text-sm first:border-t-0"
        >
          <div className="min-w-0 flex-1">
            <p className="truncate font-medium" title={email}>
              {email}
            </p>
            <p className="text-faint">
              {roleWords[role].label}, ends <Time at={expiresAt} />
            </p>
          </div>
          <Button
            size="sm"
            look="quiet"
            busy={revoke.isPending && revoke.variables.id === id}
            aria-label={`Withdraw the invitation of ${email}`}
            onClick={() => revoke.mutate({ team, id })}
          >
            Withdraw
          </Button>
        </li>
      ))}
    </ul>
  )
}
