'use client'
import type { Role } from '@moorage/domain/permission'
import { useMutation } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { TextField } from '../parts/field.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { RoleSelect } from './role-select.tsx'

export function CreateServiceAccount({ team, mayOwn }: { team: string; mayOwn: boolean }) {
  const api = useTRPC()
  const router = useRouter()
  const answer = useAnswer()
  const [open, setOpen] = useState(false)
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('developer')
  const create = useMutation(
    api.serviceAccounts.create.mutationOptions({
      onSuccess: () => {
        setOpen(false)
        setName('')
        router.refresh()
      },
      onError: answer.failed,
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate({ team, name, role })
  }
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>
        <Plus />
        New
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="New service account"
        description="A machine as a member of the team. Its keys belong to it, and stay when people leave."
      >
        <form onSubmit={submit} className="grid gap-4">
          <TextField
            label="Name"
            placeholder="CI"
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={80}
            required
          />
          <RoleSelect value={role} onChange={setRole} mayOwn={mayOwn} />
          <div className="flex justify-end">
            <Button type="submit" look="primary" busy={create.isPending} disabled={!name.trim()}>
              Make it
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  )
}
