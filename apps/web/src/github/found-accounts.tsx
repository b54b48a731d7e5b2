'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { useAnswer } from '../parts/use-answer.ts'

type Found = ApiOutputs['github']['found']

/** The accounts that GitHub says are the person's own: each is connected by a click, none by itself. */
export function FoundAccounts({
  team,
  visit,
  installations,
}: {
  team: string
  visit: string
  installations: Found
}) {
  const api = useTRPC()
  const router = useRouter()
  const answer = useAnswer()
  const connect = useMutation(
    api.github.connect.mutationOptions({
      onSuccess: () => {
        answer.done('The account is connected.')
        router.replace('/team/github')
      },
      onError: answer.failed,
    }),
  )
  return (
    <Card title="Your accounts at GitHub" flush>
      {installations.length === 0 ? (
        <p className="p-4 text-sm text-muted">
          The App is installed on no account of yours: neither your own, nor an organization that
          you own. Install it, or ask an owner of the organization to connect it.
        </p>
      ) : (
        <ul className="text-sm">
          {installations.map(({ installationId, account, isSuspended }) => (
            <li
              key={installationId}
              className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t px-4 py-3 first:border-t-0"
            >
              <span className="min-w-0 flex-1 truncate font-medium">{account}</span>
              {isSuspended ? <span className="text-warning">suspended</span> : null}
              <Button
                size="sm"
                look="primary"
                disabled={isSuspended}
                busy={connect.isPending && connect.variables.installationId === installationId}
                onClick={() => connect.mutate({ team, visit, installationId })}
              >
                Connect
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
