'use client'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Select } from '../parts/select.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import type { Key } from './key-table.tsx'

const overlaps = [
  { value: '0', label: 'Not at all' },
  { value: '1', label: '1 hour' },
  { value: '24', label: '1 day' },
  { value: '168', label: '7 days' },
]

/** Another secret for the same key, with time to put it where the old one is. */
export function RotateKey({ row }: { row: Key }) {
  const api = useTRPC()
  const router = useRouter()
  const answer = useAnswer()
  const [open, setOpen] = useState(false)
  const [overlap, setOverlap] = useState('24')
  const rotate = useMutation(api.keys.rotate.mutationOptions({ onError: answer.failed }))
  const made = rotate.data?.key
  const change = (next: boolean) => {
    setOpen(next)
    if (next) rotate.reset()
    else router.refresh()
  }
  return (
    <>
      <Button size="sm" look="quiet" onClick={() => change(true)} aria-label={`Rotate ${row.name}`}>
        Rotate
      </Button>
      <Dialog
        open={open}
        onOpenChange={change}
        title={made ? 'Copy the new secret now' : `Another secret for “${row.name}”?`}
        description={
          made
            ? 'This is the only time it is shown. Moorage keeps a hash, not the key.'
            : 'The key stays the same key: what it may, its limits and its place in the log.'
        }
      >
        {made ? (
          <ShownOnce value={made} what="key" onDone={() => change(false)} />
        ) : (
          <div className="grid gap-4">
            <Select
              label="The secret of until now stays good for"
              value={overlap}
              onChange={setOverlap}
              items={overlaps}
            />
            <div className="flex justify-end">
              <Button
                look="primary"
                busy={rotate.isPending}
                onClick={() => rotate.mutate({ id: row.id, overlapHours: Number(overlap) })}
              >
                Rotate
              </Button>
            </div>
          </div>
        )}
      </Dialog>
    </>
  )
}
