'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Card } from '../parts/card.tsx'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { ConnectAccount } from './connect-account.tsx'

type Account = ApiOutputs['github']['get']['accounts'][number]

/** The accounts whose repositories this team may deploy. */
export function AccountList({
  team,
  accounts,
  mayConnect,
  isConnecting,
}: {
  team: string
  accounts: Account[]
  mayConnect: boolean
  isConnecting: boolean
}) {
  return (
    <Card title="Accounts of this team" flush={accounts.length > 0}>
      {accounts.length > 0 ? (
        <ul className="text-sm">
          {accounts.map((account) => (
            <Row key={account.id} team={team} account={account} mayConnect={mayConnect} />
          ))}
        </ul>
      ) : (
        <div className="grid gap-4 text-sm text-muted">
          <p>
            None yet. Who owns an account at GitHub connects it; then every developer of this team
            can deploy the repositories that the App is let at there, private ones too.
          </p>
          {mayConnect && !isConnecting ? <ConnectAccount team={team} /> : null}
          {mayConnect ? null : <p>Ask an admin of the team.</p>}
        </div>
      )}
    </Card>
  )
}

const marks = {
  connected: { shape: 'dot', tone: 'live', word: 'Connected' },
  suspended: { shape: 'bar', tone: 'warning', word: 'Suspended at GitHub' },
} as const

function Row({
  team,
  account: { id, account, isSuspended, createdAt },
  mayConnect,
}: {
  team: string
  account: Account
  mayConnect: boolean
}) {
  const api = useTRPC()
  const answer = useAnswer()
  const disconnect = useMutation(
    api.github.disconnect.mutationOptions({
      onSuccess: () => answer.done(`${account} is disconnected.`),
      onError: answer.failed,
    }),
  )
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t px-4 py-3 first:border-t-0">
      <div className="min-w-0 flex-1 basis-56">
        <p className="truncate font-medium" title={account}>
          {account}
        </p>
        <p className="text-xs text-faint">
          since <Time at={createdAt} />
        </p>
      </div>
      <StatusMark mark={marks[isSuspended ? 'suspended' : 'connected']} />
      {mayConnect ? (
        <ConfirmButton
          label="Disconnect"
          ariaLabel={`Disconnect ${account}`}
          title={`Disconnect ${account}?`}
          description="Its private repositories can no longer be fetched, and GitHub is told of nothing any more. What is live stays. The App stays installed at GitHub."
          busy={disconnect.isPending}
          onConfirm={() => disconnect.mutate({ team, id })}
        />
      ) : null}
    </li>
  )
}
