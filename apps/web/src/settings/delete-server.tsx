'use client'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { TextField } from '../parts/field.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'

/** What destroys must be typed. */
export function DeleteServer() {
  const { server } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const remove = useMutation(
    api.servers.remove.mutationOptions({
      onSuccess: () => window.location.assign('/'),
      onError: answer.failed,
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    remove.mutate({ slug: server.slug, confirm: typed })
  }
  return (
    <section className="flex flex-wrap items-center gap-4 rounded-lg border border-failed-line bg-surface p-4">
      <div className="min-w-0 flex-1 basis-64">
        <h2 className="font-medium">Delete this server</h2>
        <p className="text-sm text-muted">
          Its URL stops answering at once. Deployments, logs, variables and keys for it go with it.
        </p>
      </div>
      <Button look="danger" onClick={() => setOpen(true)}>
        Delete
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Delete ${server.slug}?`}
        description="This cannot be undone. The repository is not touched."
      >
        <form onSubmit={submit} className="grid gap-4">
          <TextField
            label={
              <>
                Type <code className="font-mono">{server.slug}</code> to delete it
              </>
            }
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            autoFocus
          />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <Button
              type="submit"
              look="danger"
              busy={remove.isPending || remove.isSuccess}
              disabled={typed !== server.slug}
            >
              Delete for good
            </Button>
          </div>
        </form>
      </Dialog>
    </section>
  )
}
