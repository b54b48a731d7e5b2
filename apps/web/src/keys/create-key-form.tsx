'use client'
import { type Scope, scopes } from '@moorage/domain/permission'
import { namesFrom } from '@moorage/domain/policy-text'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Fault } from '../parts/fault.tsx'
import { TextField } from '../parts/field.tsx'
import { limitOf } from '../parts/limit-field.tsx'
import { Select } from '../parts/select.tsx'
import { LimitFields } from './limit-fields.tsx'
import { scopeWords } from './scope-words.ts'

const everyServer = '*'
const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: 'never', label: 'Until it is revoked' },
]

export function CreateKeyForm({
  team,
  slug,
  servers,
  serviceAccount,
  onMade,
}: {
  team: string
  slug: string | undefined
  servers: string[]
  /** Its id, where the key is not to be the maker's own. */
  serviceAccount: string | undefined
  onMade: (key: string) => void
}) {
  const api = useTRPC()
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<Scope[]>(['call'])
  const [server, setServer] = useState(slug ?? everyServer)
  const [lifetime, setLifetime] = useState('90')
  const [tools, setTools] = useState('')
  const [limits, setLimits] = useState({ callsPerMinute: '', concurrentCalls: '' })
  const create = useMutation(
    api.keys.create.mutationOptions({ onSuccess: ({ key }) => onMade(key) }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate({
      team,
      name,
      scopes: chosen,
      ...(serviceAccount ? { serviceAccount } : {}),
      ...(server === everyServer ? {} : { slug: server }),
      limits: {
        callsPerMinute: limitOf(limits.callsPerMinute),
        concurrentCalls: limitOf(limits.concurrentCalls),
      },
      ...(tools.trim() === ''
        ? {}
        : {
            uses: {
              tools: namesFrom(tools),
              resources: namesFrom(''),
              prompts: namesFrom(''),
            },
          }),
      ...(lifetime === 'never' ? {} : { expiresInDays: Number(lifetime) }),
    })
  }
  const toggle = (scope: Scope) =>
    setChosen((before) =>
      before.includes(scope) ? before.filter((it) => it !== scope) : [...before, scope],
    )
  return (
    <form onSubmit={submit} className="grid gap-4">
      <TextField
        label="Name"
        placeholder="Claude on my laptop"
        hint="Who or what uses it."
        value={name}
        onChange={(event) => setName(event.target.value)}
        maxLength={80}
        required
      />
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">It may</legend>
        <div className="grid gap-1">
          {scopes.map((scope) => (
            <label
              key={scope}
              className="flex cursor-pointer items-start gap-2.5 rounded-md px-2 py-1.5 text-sm hover:bg-hover"
            >
              <input
                type="checkbox"
                checked={chosen.includes(scope)}
                onChange={() => toggle(scope)}
                className="mt-0.5 size-4 accent-accent"
              />
              <span>
                <span className="font-medium">{scopeWords[scope].label}</span>{' '}
                <span className="text-muted">{scopeWords[scope].text}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <div className="grid gap-4 sm:grid-cols-2">
        {slug ? null : (
          <Select
            label="For"
            value={server}
            onChange={setServer}
            items={[
              { value: everyServer, label: 'Every server' },
              ...servers.map((it) => ({ value: it, label: it })),
            ]}
          />
        )}
        <Select label="Good for" value={lifetime} onChange={setLifetime} items={lifetimes} />
      </div>
      {chosen.includes('call') ? (
        <TextField
          label="Tools it may call"
          optional
          spellCheck={false}
          placeholder="all, or: read_* !read_secret"
          hint="Names, * for anything, ! before what is denied."
          value={tools}
          onChange={(event) => setTools(event.target.value)}
        />
      ) : null}
      {chosen.includes('call') ? <LimitFields value={limits} onChange={setLimits} /> : null}
      <Fault error={create.error} />
      <div className="flex justify-end">
        <Button
          type="submit"
          look="primary"
          busy={create.isPending}
          disabled={chosen.length === 0 || !name.trim()}
        >
          Create the key
        </Button>
      </div>
    </form>
  )
}
