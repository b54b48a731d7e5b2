'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { ExternalLink, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { TextField } from '../parts/field.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'

type Secret = ApiOutputs['mySecrets']['list']['secrets'][number]

/** One value that the server asks of each caller: set, replaced, removed, never shown. */
export function CallerSecretForm({ slug, secret }: { slug: string; secret: Secret }) {
  const { name, header, description, url, updatedAt } = secret
  return (
    <Card title={name} aside={<State slug={slug} name={name} updatedAt={updatedAt} />}>
      <div className="grid gap-3">
        {description ? <p className="text-sm break-words text-muted">{description}</p> : null}
        {url ? (
          <a
            href={url}
            target="_blank"
            rel="noreferrer"
            className="inline-flex items-center gap-1.5 text-sm text-accent hover:underline"
          >
            Get one at {new URL(url).host}
            <ExternalLink className="size-3.5" aria-hidden="true" />
          </a>
        ) : null}
        {header === null ? (
          <p className="text-sm text-muted">
            The server does not ask for it any more, and does not get it.
          </p>
        ) : (
          <ValueForm slug={slug} name={name} header={header} isSet={updatedAt !== null} />
        )}
      </div>
    </Card>
  )
}

function State({ slug, name, updatedAt }: Pick<Secret, 'name' | 'updatedAt'> & { slug: string }) {
  const api = useTRPC()
  const answer = useAnswer()
  const remove = useMutation(
    api.mySecrets.remove.mutationOptions({
      onSuccess: () => answer.done(`${name} is removed.`),
      onError: answer.failed,
    }),
  )
  if (updatedAt === null) return <span className="text-sm text-muted">Not set</span>
  return (
    <span className="flex items-center gap-2 text-sm text-muted">
      <span>
        Set <Time at={updatedAt} />
      </span>
      <button
        type="button"
        aria-label={`Remove ${name}`}
        title={`Remove ${name}`}
        disabled={remove.isPending}
        onClick={() => remove.mutate({ slug, name })}
        className="grid size-7 place-items-center rounded-md text-faint hover:bg-hover hover:text-failed"
      >
        <Trash2 className="size-3.5" />
      </button>
    </span>
  )
}

function ValueForm({
  slug,
  name,
  header,
  isSet,
}: {
  slug: string
  name: string
  header: string
  isSet: boolean
}) {
  const api = useTRPC()
  const answer = useAnswer()
  const [value, setValue] = useState('')
  const save = useMutation(
    api.mySecrets.set.mutationOptions({
      onSuccess: () => {
        setValue('')
        answer.done('Saved. It counts at once: go back to your client and try again.')
      },
      onError: answer.failed,
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate({ slug, name, value: value.trim() })
  }
  return (
    <form onSubmit={submit} className="grid gap-3">
      <TextField
        label={isSet ? 'Another value' : 'Value'}
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => setValue(event.target.value)}
        hint={`Kept encrypted, handed on as the header ${header}, not shown again.`}
      />
      <div>
        <Button
          type="submit"
          look={isSet ? 'secondary' : 'primary'}
          busy={save.isPending}
          disabled={!value.trim()}
        >
          {isSet ? 'Replace' : 'Save'}
        </Button>
      </div>
    </form>
  )
}
