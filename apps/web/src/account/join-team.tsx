'use client'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Fault } from '../parts/fault.tsx'
import { rememberTeam } from '../shell/team-cookie.ts'

/** For who is signed in as the one that was invited. */
export function JoinTeam({ token, email }: { token: string; email: string }) {
  const api = useTRPC()
  const accept = useMutation(
    api.invitations.accept.mutationOptions({
      onSuccess: ({ slug }) => {
        rememberTeam(slug)
        window.location.assign('/')
      },
    }),
  )
  return (
    <div className="grid gap-4">
      <Fault error={accept.error} />
      <Button
        look="primary"
        busy={accept.isPending || accept.isSuccess}
        onClick={() => accept.mutate({ token })}
      >
        Join as {email}
      </Button>
    </div>
  )
}
