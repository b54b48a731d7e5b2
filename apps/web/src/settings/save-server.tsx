'use client'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Fault } from '../parts/fault.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'

export const countsFromNextDeployment = 'Saved. It counts from the next deployment on.'

/** Changes this server, and says what came of it. */
export function useSaveServer(said: string) {
  const { server } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const update = useMutation(
    api.servers.update.mutationOptions({
      onSuccess: () => answer.done(said),
    }),
  )
  type Change = Omit<Parameters<typeof update.mutate>[0], 'slug'>
  type Options = NonNullable<Parameters<typeof update.mutate>[1]>
  return {
    start: (change: Change, onSuccess?: Options['onSuccess']) =>
      update.mutate({ slug: server.slug, ...change }, onSuccess ? { onSuccess } : {}),
    isBusy: update.isPending,
    error: update.error,
  }
}

/** Why it was not saved, and the button. */
export function SaveRow({
  save,
  isChanged,
  isAllowed = true,
}: {
  save: { isBusy: boolean; error: unknown }
  isChanged: boolean
  /** Beside the right to change the server. */
  isAllowed?: boolean
}) {
  const { can } = useLiveServer()
  if (!can.update || !isAllowed) return null
  return (
    <>
      <Fault error={save.error} />
      <div>
        <Button type="submit" look="primary" busy={save.isBusy} disabled={!isChanged}>
          Save
        </Button>
      </div>
    </>
  )
}
