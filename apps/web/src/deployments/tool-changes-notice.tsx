'use client'
import type { DeploymentView } from '@moorage/deployments/views'
import { toolChangesLine } from '@moorage/domain/tool-changes'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'

/** What became of the tools, and the button of whoever agrees where the server asks for one. */
export function ToolChangesNotice({ deployment }: { deployment: DeploymentView }) {
  const { can } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const approve = useMutation(
    api.deployments.approve.mutationOptions({
      onSuccess: () => answer.done('It goes live now.'),
      onError: answer.failed,
    }),
  )
  const { toolChanges, awaitsApproval } = deployment
  const line = toolChanges ? toolChangesLine(toolChanges) : ''
  if (!line) return null
  return (
    <Notice
      look={awaitsApproval ? 'warning' : 'info'}
      title={
        awaitsApproval ? 'It waits for somebody to agree.' : 'Its tools are not those of before.'
      }
      action={
        awaitsApproval && can.deploy ? (
          <Button
            size="sm"
            busy={approve.isPending}
            onClick={() => approve.mutate({ id: deployment.id })}
          >
            Agree, go live
          </Button>
        ) : null
      }
    >
      <span className="break-words">Tools: {line}.</span>
    </Notice>
  )
}
