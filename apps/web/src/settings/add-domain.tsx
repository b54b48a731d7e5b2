'use client'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Fault } from '../parts/fault.tsx'
import { TextField } from '../parts/field.tsx'
import { useLiveServer } from '../servers/server-live.tsx'

export function AddDomain({ onAdded }: { onAdded: () => void }) {
  const { server } = useLiveServer()
  const api = useTRPC()
  const [hostname, setHostname] = useState('')
  const add = useMutation(
    api.domains.add.mutationOptions({
      onSuccess: () => {
        setHostname('')
        onAdded()
      },
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate({ slug: server.slug, hostname })
  }
  return (
    <form onSubmit={submit} className="grid gap-3 border-t p-4">
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-0 flex-1 basis-56">
          <TextField
            label="Add a domain"
            placeholder="tools.your-company.com"
            spellCheck={false}
            autoCapitalize="none"
            className="font-mono text-sm"
            value={hostname}
            onChange={(event) => setHostname(event.target.value)}
          />
        </div>
        <Button type="submit" busy={add.isPending} disabled={!hostname.trim()}>
          Add
        </Button>
      </div>
      <Fault error={add.error} />
    </form>
  )
}
