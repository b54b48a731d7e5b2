'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import type { Key } from './key-table.tsx'

export function RevokeKey({ row }: { row: Key }) {
  const api = useTRPC()
  const answer = useAnswer()
  const [open, setOpen] = useState(false)
  const revoke = useMutation(
    api.keys.revoke.mutationOptions({
      onSuccess: () => {
        setOpen(false)
        answer.done(`“${row.name}” is revoked.`)
      },
      onError: answer.failed,
    }),
  )
  return (
    <>
      <Button
        size="sm"
        look="quiet"
        onClick={() => setOpen(true)}
        aria-label={`Revoke ${row.name}`}
      >
        Revoke
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Revoke “${row.name}”?`}
        description="Whoever uses it is refused within a second. A revoked key cannot be made good again; a new one can be made."
      >
        <div className="flex justify-end gap-2">
          <Button onClick={() => setOpen(false)}>Keep it</Button>
          <Button
            look="danger"
            busy={revoke.isPending}
            onClick={() => revoke.mutate({ id: row.id })}
          >
            Revoke
          </Button>
        </div>
      </Dialog>
    </>
  )
}
