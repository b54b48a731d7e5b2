'use client'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { TextField } from '../parts/field.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { rememberTeam } from '../shell/team-cookie.ts'

type Team = { slug: string; name: string }

export function TeamSettings({ team }: { team: Team }) {
  const api = useTRPC()
  const answer = useAnswer()
  const [name, setName] = useState(team.name)
  const [slug, setSlug] = useState(team.slug)
  const update = useMutation(
    api.teams.update.mutationOptions({
      onSuccess: (now) => {
        rememberTeam(now.slug)
        answer.done('Saved.')
      },
      onError: answer.failed,
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    update.mutate({ team: team.slug, name, slug })
  }
  return (
    <Card title="Name">
      <form onSubmit={submit} className="grid items-start gap-4 sm:grid-cols-[1fr_1fr_auto]">
        <TextField
          label="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={80}
          required
        />
        <TextField
          label="Short name"
          className="font-mono"
          value={slug}
          onChange={(event) => setSlug(event.target.value)}
          spellCheck={false}
          maxLength={40}
          required
        />
        <Button
          type="submit"
          busy={update.isPending}
          disabled={name === team.name && slug === team.slug}
          className="sm:mt-[1.6rem]"
        >
          Save
        </Button>
      </form>
    </Card>
  )
}
