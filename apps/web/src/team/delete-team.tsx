'use client'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { TextField } from '../parts/field.tsx'
import { useAnswer } from '../parts/use-answer.ts'

/** What destroys must be typed, and can be undone for a week. */
export function DeleteTeam({ team }: { team: { slug: string; name: string } }) {
  const api = useTRPC()
  const answer = useAnswer()
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const remove = useMutation(
    api.teams.remove.mutationOptions({
      onSuccess: () => window.location.assign('/account'),
      onError: answer.failed,
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    remove.mutate({ team: team.slug, confirm: typed })
  }
  return (
    <div className="flex flex-wrap items-center gap-4 p-4">
      <div className="min-w-0 flex-1 basis-64">
        <h3 className="font-medium">Delete the team</h3>
        <p className="text-sm text-muted">
          Its servers stop answering at once. For seven days an owner can restore it from their
          account page; then everything is gone.
        </p>
      </div>
      <Button look="danger" onClick={() => setOpen(true)}>
        Delete
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Delete ${team.name}?`}
        description="Every URL and key of the team is refused within a second."
      >
        <form onSubmit={submit} className="grid gap-4">
          <TextField
            label={
              <>
                Type <code className="font-mono">{team.slug}</code> to delete it
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
              disabled={typed !== team.slug}
            >
              Delete the team
            </Button>
          </div>
        </form>
      </Dialog>
    </div>
  )
}
