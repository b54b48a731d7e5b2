'use client'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { DeleteByName } from '../parts/delete-by-name.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'

export function DeleteServer() {
  const { server } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const remove = useMutation(
    api.servers.remove.mutationOptions({
      onSuccess: () => window.location.assign('/'),
      onError: answer.failed,
    }),
  )
  return (
    <section className="flex flex-wrap items-center gap-4 rounded-lg border border-failed-line bg-surface p-4">
      <div className="min-w-0 flex-1 basis-64">
        <h2 className="font-medium">Delete this server</h2>
        <p className="text-sm text-muted">
          Its URL stops answering at once. Deployments, logs, variables and keys for it go with it.
        </p>
      </div>
      <DeleteByName
        name={server.slug}
        title={`Delete ${server.slug}?`}
        description="This cannot be undone. The repository is not touched."
        label="Delete for good"
        busy={remove.isPending || remove.isSuccess}
        onDelete={(confirm) => remove.mutate({ slug: server.slug, confirm })}
      />
    </section>
  )
}
