'use client'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { TextField } from './field.tsx'

/** What destroys must be typed: a button that asks for the name of what it deletes. */
export function DeleteByName({
  name,
  title,
  description,
  label,
  busy,
  onDelete,
}: {
  /** What has to be typed. */
  name: string
  title: string
  description: ReactNode
  label: string
  busy: boolean
  onDelete: (typed: string) => void
}) {
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onDelete(typed)
  }
  return (
    <>
      <Button look="danger" onClick={() => setOpen(true)}>
        Delete
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={title} description={description}>
        <form onSubmit={submit} className="grid gap-4">
          <TextField
            label={
              <>
                Type <code className="font-mono">{name}</code> to delete it
              </>
            }
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <Button type="submit" look="danger" busy={busy} disabled={typed !== name}>
              {label}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  )
}
