'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Select } from '../parts/select.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import type { Member } from './member-table.tsx'

/** `others`: the members it could be given to. */
export function TransferTeam({ team, others }: { team: string; others: Member[] }) {
  const api = useTRPC()
  const answer = useAnswer()
  const [open, setOpen] = useState(false)
  const [to, setTo] = useState(others[0]?.userId ?? '')
  const transfer = useMutation(
    api.teams.transfer.mutationOptions({
      onSuccess: () => {
        setOpen(false)
        answer.done('The team has a new owner.')
      },
      onError: answer.failed,
    }),
  )
  return (
    <div className="flex flex-wrap items-center gap-4 p-4">
      <div className="min-w-0 flex-1 basis-64">
        <h3 className="font-medium">Transfer your ownership</h3>
        <p className="text-sm text-muted">
          Another member becomes an owner, and you an admin.
          {others.length === 0 ? ' Nobody else is in the team yet.' : ''}
        </p>
      </div>
      <Button look="danger" disabled={others.length === 0} onClick={() => setOpen(true)}>
        Transfer
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Transfer your ownership"
        description="Only the new owner can give it back."
      >
        <div className="grid gap-4">
          <Select
            label="New owner"
            value={to}
            onChange={setTo}
            items={others.map(({ userId, name, email }) => ({
              value: userId,
              label: `${name} (${email})`,
            }))}
          />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button
              look="danger"
              busy={transfer.isPending}
              onClick={() => transfer.mutate({ team, userId: to })}
            >
              Transfer
            </Button>
          </div>
        </div>
      </Dialog>
    </div>
  )
}
