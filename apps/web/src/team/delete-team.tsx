'use client'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { DeleteByName } from '../parts/delete-by-name.tsx'
import { useAnswer } from '../parts/use-answer.ts'

/** It can be undone for a week. */
export function DeleteTeam({ team }: { team: { slug: string; name: string } }) {
  const api = useTRPC()
  const answer = useAnswer()
  const remove = useMutation(
    api.teams.remove.mutationOptions({
      onSuccess: () => window.location.assign('/account'),
      onError: answer.failed,
    }),
  )
  return (
    <div className="flex flex-wrap items-center gap-4 p-4">
      <div className="min-w-0 flex-1 basis-64">
        <h3 className="font-medium">Delete the team</h3>
        <p className="text-sm text-muted">
          Its servers stop answering at once. For seven days an owner can restore it from their
          account page; then everything is gone.
        </p>
      </div>
      <DeleteByName
        name={team.slug}
        title={`Delete ${team.name}?`}
        description="Every URL and key of the team is refused within a second."
        label="Delete the team"
        busy={remove.isPending || remove.isSuccess}
        onDelete={(confirm) => remove.mutate({ team: team.slug, confirm })}
      />
    </div>
  )
}
