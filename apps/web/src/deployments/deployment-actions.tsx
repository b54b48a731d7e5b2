'use client'
import type { DeploymentView } from '@moorage/deployments/views'
import { isActive } from '@moorage/domain/deployment'
import { useMutation } from '@tanstack/react-query'
import { CircleStop, RotateCcw, Undo2 } from 'lucide-react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { useRollback } from './use-rollback.ts'

/** What can still be done with this deployment. */
export function DeploymentActions({ deployment }: { deployment: DeploymentView }) {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const rollback = useRollback(server.slug)
  const cancel = useMutation(
    api.deployments.cancel.mutationOptions({
      onSuccess: () => answer.done('The deployment is told to stop.'),
      onError: answer.failed,
    }),
  )
  const pin = useMutation(
    api.deployments.pin.mutationOptions({
      onSuccess: ({ pinned }) =>
        answer.done(pinned ? 'Pinned: its image is kept for good.' : 'Not pinned any more.'),
      onError: answer.failed,
    }),
  )
  if (!can.deploy) return null
  if (isActive(deployment.status))
    return (
      <Button
        look="danger"
        busy={cancel.isPending}
        onClick={() => cancel.mutate({ id: deployment.id })}
      >
        {cancel.isPending ? null : <CircleStop />}
        Cancel
      </Button>
    )
  if (!deployment.canRollback) return null
  const isLive = server.live?.id === deployment.id
  const Icon = isLive ? RotateCcw : Undo2
  return (
    <div className="flex flex-wrap gap-2">
      <Button
        look="quiet"
        busy={pin.isPending}
        onClick={() => pin.mutate({ id: deployment.id, pinned: !deployment.pinned })}
        title="A pinned deployment keeps its image for good."
      >
        {deployment.pinned ? 'Unpin' : 'Pin'}
      </Button>
      {isLive ? null : (
        <Button
          busy={rollback.isBusy}
          disabled={deployment.env === null}
          onClick={() => rollback.start(deployment.id, 'deployment')}
          title="Live without a build, with the variables that it ran with."
        >
          Roll back, with its variables
        </Button>
      )}
      <Button
        busy={rollback.isBusy}
        onClick={() => rollback.start(deployment.id)}
        title="Live without a build, with the variables of today."
      >
        {rollback.isBusy ? null : <Icon />}
        {isLive ? 'Restart' : 'Roll back, with today’s variables'}
      </Button>
    </div>
  )
}
