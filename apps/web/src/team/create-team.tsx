'use client'
import { slugFrom } from '@moorage/domain/slug'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Fault } from '../parts/fault.tsx'
import { TextField } from '../parts/field.tsx'
import { rememberTeam } from '../shell/team-cookie.ts'

export function CreateTeam({
  open,
  onOpenChange,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="New team"
      description="A team owns servers, and decides who may see, deploy and call them."
    >
      <CreateTeamForm />
    </Dialog>
  )
}

export function CreateTeamForm() {
  const api = useTRPC()
  const [name, setName] = useState('')
  const [typedSlug, setSlug] = useState<string | null>(null)
  const slug = typedSlug ?? slugFrom(name) ?? ''
  const create = useMutation(
    api.teams.create.mutationOptions({
      onSuccess: (team) => {
        rememberTeam(team.slug)
        window.location.assign('/')
      },
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate({ name, slug })
  }
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Fault error={create.error} />
      <TextField
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        maxLength={80}
        required
      />
      <TextField
        label="Short name"
        hint="For the CLI and the API. Servers keep their own addresses."
        className="font-mono"
        value={slug}
        onChange={(event) => setSlug(event.target.value)}
        spellCheck={false}
        autoComplete="off"
        maxLength={40}
        required
      />
      <div className="flex justify-end">
        <Button
          type="submit"
          look="primary"
          busy={create.isPending || create.isSuccess}
          disabled={!name.trim() || !slug}
        >
          Create the team
        </Button>
      </div>
    </form>
  )
}
