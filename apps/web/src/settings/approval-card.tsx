'use client'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Card } from '../parts/card.tsx'
import { CheckField } from '../parts/check-field.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { countsFromNextDeployment } from './save-server.tsx'

/** Whether a version that would surprise clients waits for somebody. */
export function ApprovalCard() {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const update = useMutation(
    api.servers.update.mutationOptions({
      onSuccess: () => answer.done(countsFromNextDeployment),
      onError: answer.failed,
    }),
  )
  const asks = update.isPending
    ? (update.variables.pushing?.approveTools ?? server.pushing.approveTools)
    : server.pushing.approveTools
  return (
    <Card title="Before it goes live">
      <CheckField
        label="Ask somebody to agree where tools were removed or changed"
        hint="The new version is built and checked, shows what became of its tools, and waits. Added tools alone ask nobody."
        checked={asks}
        disabled={!can.update || update.isPending}
        onChange={(event) =>
          update.mutate({ slug: server.slug, pushing: { approveTools: event.target.checked } })
        }
      />
    </Card>
  )
}
