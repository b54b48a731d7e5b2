'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { Select } from '../parts/select.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { type ChosenEvent, chosenEvents, eventWords } from './event-words.ts'

type Kind = 'webhook' | 'slack' | 'email'

const kinds: Record<Kind, { label: string; placeholder: string }> = {
  webhook: { label: 'Webhook', placeholder: 'https://example.com/hook' },
  slack: { label: 'Slack-compatible', placeholder: 'https://hooks.slack.com/services/…' },
  email: { label: 'E-mail', placeholder: 'team@example.com' },
}

export function AddTargetForm({
  team,
  onMade,
}: {
  team: string
  onMade: (made: ApiOutputs['notifications']['add']) => void
}) {
  const api = useTRPC()
  const answer = useAnswer()
  const [kind, setKind] = useState<Kind>('webhook')
  const [name, setName] = useState('')
  const [address, setAddress] = useState('')
  const [events, setEvents] = useState<ChosenEvent[]>(['failed', 'crash_loop'])
  const add = useMutation(
    api.notifications.add.mutationOptions({ onSuccess: onMade, onError: answer.failed }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate({ team, kind, name, address, events })
  }
  const toggle = (one: ChosenEvent) =>
    setEvents((all) => (all.includes(one) ? all.filter((it) => it !== one) : [...all, one]))
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Select
        label="Kind"
        value={kind}
        onChange={setKind}
        items={Object.entries(kinds).map(([value, { label }]) => ({
          value: value as Kind,
          label,
        }))}
      />
      <TextField
        label="Name"
        value={name}
        maxLength={80}
        placeholder="On call"
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label={kind === 'email' ? 'Address' : 'URL'}
        type={kind === 'email' ? 'email' : 'url'}
        value={address}
        placeholder={kinds[kind].placeholder}
        onChange={(event) => setAddress(event.target.value)}
      />
      <fieldset className="flex flex-wrap gap-x-4 gap-y-2 text-sm">
        <legend className="mb-1.5 font-medium">When</legend>
        {chosenEvents.map((one) => (
          <label key={one} className="flex cursor-pointer items-center gap-2">
            <input
              type="checkbox"
              checked={events.includes(one)}
              onChange={() => toggle(one)}
              className="size-4 accent-accent"
            />
            {eventWords[one]}
          </label>
        ))}
      </fieldset>
      <div className="flex justify-end">
        <Button
          type="submit"
          look="primary"
          busy={add.isPending}
          disabled={!name.trim() || !address || events.length === 0}
        >
          Add
        </Button>
      </div>
    </form>
  )
}
