'use client'
import type { PreviewView } from '@moorage/deployments/list-previews'
import { useMutation } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'

/** Approve, promote, remove. */
export function PreviewActions({ preview }: { preview: PreviewView }) {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const router = useRouter()
  const answer = useAnswer()
  const [promoting, setPromoting] = useState(false)
  const { slug } = server
  const { name, pendingSha, live, fork } = preview
  const watch = ({ id }: { id: string }) => router.push(`/servers/${slug}/deployments/${id}`)
  const approve = useMutation(
    api.previews.approve.mutationOptions({ onSuccess: watch, onError: answer.failed }),
  )
  const promote = useMutation(
    api.previews.promote.mutationOptions({ onSuccess: watch, onError: answer.failed }),
  )
  const remove = useMutation(
    api.previews.remove.mutationOptions({
      onSuccess: () => answer.done(`The preview ${name} is removed.`),
      onError: answer.failed,
    }),
  )
  if (!can.deploy) return null
  return (
    <>
      {pendingSha ? (
        <Button
          size="sm"
          busy={approve.isPending}
          onClick={() => approve.mutate({ slug, name, commitSha: pendingSha })}
        >
          Approve {pendingSha.slice(0, 7)}
        </Button>
      ) : null}
      {live && !fork ? (
        <Button size="sm" look="quiet" onClick={() => setPromoting(true)}>
          Promote
        </Button>
      ) : null}
      <Button
        size="sm"
        look="quiet"
        aria-label={`Remove the preview ${name}`}
        title="Remove"
        busy={remove.isPending}
        onClick={() => remove.mutate({ slug, name })}
      >
        {remove.isPending ? null : <Trash2 />}
      </Button>
      <Dialog
        open={promoting}
        onOpenChange={setPromoting}
        title={`Promote “${name}”?`}
        description={`What it shows goes live at ${slug}, without a build and with production's variables. The next push to “${server.branch}” replaces it.`}
      >
        <div className="flex justify-end gap-2">
          <Button onClick={() => setPromoting(false)}>Leave it</Button>
          <Button
            look="primary"
            busy={promote.isPending}
            onClick={() => promote.mutate({ slug, name })}
          >
            Promote
          </Button>
        </div>
      </Dialog>
    </>
  )
}
