'use client'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { useAnswer } from '../parts/use-answer.ts'

export function LeaveTeam({ team }: { team: { slug: string; name: string } }) {
  const api = useTRPC()
  const answer = useAnswer()
  const leave = useMutation(
    api.teams.leave.mutationOptions({
      onSuccess: () => window.location.assign('/'),
      onError: answer.failed,
    }),
  )
  return (
    <div className="flex flex-wrap items-center gap-4 p-4">
      <div className="min-w-0 flex-1 basis-64">
        <h3 className="font-medium">Leave the team</h3>
        <p className="text-sm text-muted">
          The keys that you made here end. To come back, you have to be invited.
        </p>
      </div>
      <ConfirmButton
        label="Leave"
        look="danger"
        size="md"
        title={`Leave ${team.name}?`}
        description="The keys that you made in this team end at once."
        busy={leave.isPending}
        onConfirm={() => leave.mutate({ team: team.slug })}
      />
    </div>
  )
}
