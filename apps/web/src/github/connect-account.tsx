'use client'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { useAnswer } from '../parts/use-answer.ts'

/** On to GitHub, to show who one is; or first to install the App on an account. */
export function ConnectAccount({ team }: { team: string }) {
  const api = useTRPC()
  const answer = useAnswer()
  const start = useMutation(api.github.startConnecting.mutationOptions({ onError: answer.failed }))
  const go = async (to: 'authorizeUrl' | 'installUrl') => {
    const urls = await start.mutateAsync({ team }).catch(() => null)
    if (urls) window.location.assign(urls[to])
  }
  return (
    <div className="flex flex-wrap gap-2">
      <Button look="primary" busy={start.isPending} onClick={() => go('installUrl')}>
        Install on an account
      </Button>
      <Button busy={start.isPending} onClick={() => go('authorizeUrl')}>
        Connect one that has it
      </Button>
    </div>
  )
}
