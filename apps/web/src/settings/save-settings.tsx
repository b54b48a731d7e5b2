'use client'
import type { Settings } from '@moorage/build-plan/settings'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTRPC } from '../api-client/api-provider.tsx'
import { errorText } from '../api-client/error-text.ts'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'

/** Replaces the settings of this server. */
export function useSaveSettings() {
  const { server } = useLiveServer()
  const api = useTRPC()
  const router = useRouter()
  const answer = useAnswer()
  const update = useMutation(
    api.servers.update.mutationOptions({
      onSuccess: () => {
        answer.done('Saved. It counts from the next deployment on.')
        router.refresh()
      },
    }),
  )
  return {
    start: (settings: Settings) => update.mutate({ slug: server.slug, settings }),
    isBusy: update.isPending,
    fault: update.error ? errorText(update.error) : null,
  }
}

export function SaveRow({
  save,
  isChanged,
}: {
  save: ReturnType<typeof useSaveSettings>
  isChanged: boolean
}) {
  const { can } = useLiveServer()
  if (!can.update) return null
  return (
    <>
      {save.fault ? (
        <Notice look="error" title={save.fault.message}>
          {save.fault.hint}
        </Notice>
      ) : null}
      <div>
        <Button type="submit" look="primary" busy={save.isBusy} disabled={!isChanged}>
          Save
        </Button>
      </div>
    </>
  )
}
