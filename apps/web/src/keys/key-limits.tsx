'use client'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { limitOf, limitText } from '../parts/limit-field.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import type { Key } from './key-table.tsx'
import { LimitFields } from './limit-fields.tsx'

/** Shows how much may be called with a key; whoever may write keys changes it there. */
export function KeyLimitsOf({ row, mayWrite }: { row: Key; mayWrite: boolean }) {
  const [open, setOpen] = useState(false)
  const text = limitsText(row)
  if (!mayWrite) return text ? <span>{text}</span> : null
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-label={`Limits of ${row.name}: ${text || 'no limits'}`}
        className="rounded-sm hover:text-accent"
      >
        {text || 'no limits'}
      </button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Limits of “${row.name}”`}
        description="Tool calls with this key, on all servers together. They count at once."
      >
        <LimitForm row={row} onSaved={() => setOpen(false)} />
      </Dialog>
    </>
  )
}

function LimitForm({ row, onSaved }: { row: Key; onSaved: () => void }) {
  const api = useTRPC()
  const answer = useAnswer()
  const [draft, setDraft] = useState({
    callsPerMinute: limitText(row.limits.callsPerMinute),
    concurrentCalls: limitText(row.limits.concurrentCalls),
  })
  const save = useMutation(
    api.keys.setLimits.mutationOptions({
      onSuccess: () => {
        answer.done('Saved. It counts at once.')
        onSaved()
      },
      onError: answer.failed,
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const limits = {
      callsPerMinute: limitOf(draft.callsPerMinute),
      concurrentCalls: limitOf(draft.concurrentCalls),
    }
    save.mutate({ id: row.id, limits })
  }
  return (
    <form onSubmit={submit} className="grid gap-4">
      <LimitFields value={draft} onChange={setDraft} />
      <div className="flex justify-end">
        <Button type="submit" look="primary" busy={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  )
}

function limitsText({ limits: { callsPerMinute, concurrentCalls } }: Key): string {
  const parts = [
    callsPerMinute === null ? [] : [`${callsPerMinute} a minute`],
    concurrentCalls === null ? [] : [`${concurrentCalls} at once`],
  ]
  return parts.flat().join(', ')
}
