'use client'
import type { Role } from '@moorage/domain/permission'
import { useMutation } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Fault } from '../parts/fault.tsx'
import { TextField } from '../parts/field.tsx'
import { RoleSelect } from './role-select.tsx'
import { roleWords } from './role-words.ts'

/** The link is shown once, where no e-mail can be sent. */
export function InviteMember({ team, mayOwn }: { team: string; mayOwn: boolean }) {
  const api = useTRPC()
  const router = useRouter()
  const [open, setOpen] = useState(false)
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('developer')
  const invite = useMutation(api.invitations.create.mutationOptions())
  const change = (next: boolean) => {
    setOpen(next)
    if (!next) return router.refresh()
    invite.reset()
    setEmail('')
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    invite.mutate({ team, email, role })
  }
  const made = invite.data
  return (
    <>
      <Button look="primary" onClick={() => change(true)}>
        <UserPlus />
        Invite
      </Button>
      <Dialog
        open={open}
        onOpenChange={change}
        title={made ? (made.link ? 'Send this link' : 'The invitation is on its way') : 'Invite'}
        description={
          made
            ? made.link
              ? `It is good for a week, once, and for ${made.email} alone. This is the only time it is shown.`
              : `It went to ${made.email}, and is good for a week.`
            : 'They join with their own sign-in, or make an account with the link.'
        }
      >
        {made ? (
          <div className="grid gap-4">
            {made.link ? <CodeBlock code={made.link} label="Copy the link" wrap /> : null}
            <div className="flex justify-end">
              <Button look="primary" onClick={() => change(false)}>
                Done
              </Button>
            </div>
          </div>
        ) : (
          <form onSubmit={submit} className="grid gap-4">
            <Fault error={invite.error} />
            <TextField
              label="E-mail"
              type="email"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
              required
            />
            <div>
              <RoleSelect value={role} onChange={setRole} mayOwn={mayOwn} />
              <p className="mt-1.5 text-sm text-muted">{roleWords[role].text}</p>
            </div>
            <div className="flex justify-end">
              <Button type="submit" look="primary" busy={invite.isPending} disabled={!email.trim()}>
                Make the invitation
              </Button>
            </div>
          </form>
        )}
      </Dialog>
    </>
  )
}
