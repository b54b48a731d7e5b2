'use client'
import { redirectHost } from '@moorage/access/redirect-uris'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'

type Grant = ApiOutputs['oauth']['list'][number]

/** Clients that people let call servers: one's own, or all of a team's. */
export function GrantList({ grants, ofTeam }: { grants: Grant[]; ofTeam: boolean }) {
  return (
    <Card
      title={ofTeam ? 'Clients that members have allowed' : 'Clients that you have allowed'}
      flush
      aside={grants.length > 0 ? <span className="num text-muted">{grants.length}</span> : null}
    >
      {grants.length === 0 ? (
        <p className="p-4 text-sm text-muted">
          None. A client that knows OAuth needs only the URL of a server, and asks here first.
        </p>
      ) : (
        <ul>
          {grants.map((grant) => (
            <GrantRow key={grant.id} grant={grant} ofTeam={ofTeam} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function GrantRow({ grant, ofTeam }: { grant: Grant; ofTeam: boolean }) {
  const revoke = useRevoke(ofTeam)
  const { client, server, person, createdAt } = grant
  const name = client.name ?? 'A client without a name'
  const hosts = [...new Set(client.redirectUris.map(redirectHost))].join(', ')
  return (
    <li className="flex items-center gap-3 border-t px-4 py-2.5 text-sm first:border-t-0">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={client.clientId}>
          {name} <span className="font-normal text-faint">{hosts}</span>
        </p>
        <p className="text-faint">
          calls {server.slug}
          {ofTeam ? ` as ${person.email}` : ''}, since <Time at={createdAt} />
        </p>
      </div>
      <Button
        size="sm"
        look="quiet"
        busy={revoke.isPending}
        aria-label={`Revoke ${name} for ${server.slug}`}
        onClick={() => revoke.mutate({ id: grant.id })}
      >
        Revoke
      </Button>
    </li>
  )
}

/** It can be allowed again from the client, so nothing is asked first. */
function useRevoke(ofTeam: boolean) {
  const api = useTRPC()
  const answer = useAnswer()
  const options = {
    onSuccess: () => answer.done('It is refused from now on.'),
    onError: answer.failed,
  }
  const own = useMutation(api.oauth.revokeMine.mutationOptions(options))
  const any = useMutation(api.oauth.revoke.mutationOptions(options))
  return ofTeam ? any : own
}
