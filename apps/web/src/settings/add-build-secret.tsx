'use client'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { AreaField, TextField } from '../parts/field.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'

/** Names that tools of a build take by themselves; any other one is a variable as well. */
const known = [
  'NPM_TOKEN',
  'NPMRC',
  'PIP_INDEX_URL',
  'UV_INDEX_URL',
  'GIT_CREDENTIALS',
  'GIT_SSH_KEY',
  'GIT_KNOWN_HOSTS',
]

export function AddBuildSecret() {
  const { server } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const save = useMutation(
    api.buildSecrets.set.mutationOptions({
      onSuccess: () => {
        setName('')
        setValue('')
        answer.done('Saved. It counts from the next build on.')
      },
      onError: answer.failed,
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate({ slug: server.slug, name, value })
  }
  return (
    <form onSubmit={submit} className="grid gap-3 border-t p-4">
      <datalist id="build-secret-names">
        {known.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <TextField
        label="Build secret"
        list="build-secret-names"
        autoComplete="off"
        spellCheck={false}
        placeholder="NPM_TOKEN"
        value={name}
        onChange={(event) => setName(event.target.value.toUpperCase())}
        hint="A variable of the build’s steps. NPM_TOKEN, PIP_INDEX_URL, GIT_CREDENTIALS and GIT_SSH_KEY are taken by npm, pip and git themselves."
      />
      <AreaField
        label="Value"
        rows={2}
        spellCheck={false}
        autoComplete="off"
        value={value}
        onChange={(event) => setValue(event.target.value)}
        hint="Written once; not shown again."
        className="min-h-16"
      />
      <div>
        <Button type="submit" busy={save.isPending} disabled={!name || !value}>
          Save
        </Button>
      </div>
    </form>
  )
}
