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
    <Button busy={rollback.isBusy} onClick={() => rollback.start(deployment.id)}>
      {rollback.isBusy ? null : <Icon />}
      {isLive ? 'Restart' : 'Roll back to this'}
    </Button>
  )
}
