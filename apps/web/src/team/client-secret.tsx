'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'

type Account = Pick<ApiOutputs['serviceAccounts']['list'][number], 'id' | 'name' | 'secretSince'>

/** For machines that know OAuth: with it they get access tokens by themselves. */
export function ClientSecret({ team, account }: { team: string; account: Account }) {
  const { id, name, secretSince } = account
  const api = useTRPC()
  const router = useRouter()
  const answer = useAnswer()
  const [open, setOpen] = useState(false)
  const issue = useMutation(
    api.serviceAccounts.issueSecret.mutationOptions({ onError: answer.failed }),
  )
  const revoke = useMutation(
    api.serviceAccounts.revokeSecret.mutationOptions({
      onSuccess: () => {
        answer.done('The client secret is revoked.')
        change(false)
      },
      onError: answer.failed,
    }),
  )
  const change = (next: boolean) => {
    setOpen(next)
    issue.reset()
    if (!next) router.refresh()
  }
  return (
    <>
      <Button size="sm" aria-label={`OAuth: client secret of ${name}`} onClick={() => change(true)}>
        OAuth
      </Button>
      <Dialog
        open={open}
        onOpenChange={change}
        title={issue.data ? 'Copy the secret now' : `Client secret of ${name}`}
        description={
          issue.data ? (
            'This is the only time it is shown. Moorage keeps a hash, not the secret.'
          ) : (
            <>
              With it a machine gets access tokens by itself, each for one server of the team and
              for an hour.
              {secretSince ? (
                <>
                  {' '}
                  It has one since <Time at={secretSince} />; a new one ends that, and its tokens.
                </>
              ) : null}
            </>
          )
        }
      >
        {issue.data ? (
          <ShownOnce value={envOf(issue.data)} what="secret" onDone={() => change(false)} />
        ) : (
          <div className="flex flex-wrap justify-end gap-2">
            {secretSince ? (
              <Button
                look="danger"
                busy={revoke.isPending}
                onClick={() => revoke.mutate({ team, id })}
              >
                Revoke it
              </Button>
            ) : null}
            <Button
              look="primary"
              busy={issue.isPending}
              onClick={() => issue.mutate({ team, id })}
            >
              {secretSince ? 'Replace it' : 'Make a secret'}
            </Button>
          </div>
        )}
      </Dialog>
    </>
  )
}

function envOf(issued: ApiOutputs['serviceAccounts']['issueSecret']): string {
  const { clientId, clientSecret, tokenUrl } = issued
  return `CLIENT_ID=${clientId}\nCLIENT_SECRET=${clientSecret}\nTOKEN_URL=${tokenUrl}`
}
