'use client'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { useTRPCClient } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { AreaField, TextField } from '../parts/field.tsx'
import { Select } from '../parts/select.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { dotEnvNote } from './dot-env-note.ts'
import { parseDotEnv } from './parse-dot-env.ts'

/** One variable or a whole .env file, in the same field. */
export function AddEnv() {
  const { server } = useLiveServer()
  const client = useTRPCClient()
  const router = useRouter()
  const answer = useAnswer()
  const [text, setText] = useState('')
  const [readable, setReadable] = useState(false)
  const [scope, setScope] = useState<'production' | 'preview'>('production')
  const [branch, setBranch] = useState('')
  const parsed = parseDotEnv(text)
  const note = dotEnvNote(parsed)
  const count = Object.keys(parsed.vars).length
  const save = useMutation({
    mutationFn: () =>
      Promise.all(
        Object.entries(parsed.vars).map(([key, value]) =>
          client.env.set.mutate({
            slug: server.slug,
            ...{ key, value, writeOnly: !readable, scope },
            ...(scope === 'preview' && branch ? { branch } : {}),
          }),
        ),
      ),
    onSuccess: () => {
      setText('')
      answer.done('Saved. It counts from the next deployment or restart on.')
    },
    onError: answer.failed,
    onSettled: () => router.refresh(),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} className="grid gap-3 border-t p-4">
      <AreaField
        label="Add or replace"
        rows={3}
        spellCheck={false}
        autoComplete="off"
        placeholder={'API_KEY=…\nLOG_LEVEL=info'}
        value={text}
        onChange={(event) => setText(event.target.value)}
        hint={note.hint ?? 'One KEY=value a line, or a whole .env file.'}
        error={note.error}
        className="min-h-20"
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <Select
          label="For"
          value={scope}
          onChange={setScope}
          items={[
            { value: 'production', label: 'Production' },
            { value: 'preview', label: 'Previews' },
          ]}
        />
        {scope === 'preview' ? (
          <TextField
            label="Branch"
            value={branch}
            placeholder="every branch"
            spellCheck={false}
            onChange={(event) => setBranch(event.target.value)}
          />
        ) : null}
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button
          type="submit"
          busy={save.isPending}
          disabled={count === 0 || parsed.faults.length > 0}
        >
          {count > 1 ? `Save ${count} variables` : 'Save'}
        </Button>
        <label className="flex cursor-pointer items-center gap-2 text-sm text-muted">
          <input
            type="checkbox"
            checked={readable}
            onChange={(event) => setReadable(event.target.checked)}
            className="size-4 accent-accent"
          />
          Show the values here later
        </label>
      </div>
    </form>
  )
}
