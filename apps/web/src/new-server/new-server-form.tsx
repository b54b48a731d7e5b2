'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTRPC } from '../api-client/api-provider.tsx'
import { errorText } from '../api-client/error-text.ts'
import { Button } from '../parts/button.tsx'
import { AreaField, TextField } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { AccessChoice } from '../settings/access-choice.tsx'
import { dotEnvNote } from '../settings/dot-env-note.ts'
import { parseDotEnv } from '../settings/parse-dot-env.ts'
import { type ServerValues, serverSchema } from './server-schema.ts'
import type { Place, SourceDraft } from './source-draft.ts'

/** A source's own fields (`children`), and what every new server is asked for. */
export function NewServerForm({
  place,
  draft,
  children,
  foot,
}: {
  place: Place
  draft: SourceDraft
  children: ReactNode
  foot?: (slug: string) => ReactNode
}) {
  const api = useTRPC()
  const router = useRouter()
  const [nameIsChosen, setNameIsChosen] = useState(false)
  const [isTried, setIsTried] = useState(false)
  const form = useForm<ServerValues>({
    resolver: zodResolver(serverSchema),
    defaultValues: { slug: '', env: '', access: 'private' },
  })
  const create = useMutation(
    api.servers.create.mutationOptions({
      onSuccess: ({ slug, latest }) =>
        router.push(latest ? `/servers/${slug}/deployments/${latest.id}` : `/servers/${slug}`),
    }),
  )
  const { errors } = form.formState
  const values = form.watch()
  const shownSlug = values.slug || 'my-server'
  const env = parseDotEnv(values.env)
  const note = dotEnvNote(env)
  const carried = Object.keys(draft.env).filter((name) => !(name in env.vars))
  const fault = create.error ? errorText(create.error) : null

  useEffect(() => {
    if (!nameIsChosen) form.setValue('slug', draft.slug ?? '')
  }, [form, draft.slug, nameIsChosen])

  const submit = form.handleSubmit(({ slug, access }) => {
    if (draft.input)
      create.mutate({
        team: place.team,
        slug,
        access,
        env: { ...draft.env, ...env.vars },
        ...draft.input,
      })
  })
  return (
    <form
      onSubmit={(event) => {
        setIsTried(true)
        void submit(event)
      }}
      className="grid grid-cols-[minmax(0,1fr)] gap-5"
      noValidate
    >
      {children}
      <TextField
        label="Name"
        placeholder="my-server"
        spellCheck={false}
        hint={
          <>
            It becomes the URL:{' '}
            <span className="font-mono break-all">
              {place.routerUrl}/<span className="text-text">{shownSlug}</span>/mcp
            </span>
          </>
        }
        error={errors.slug?.message}
        {...form.register('slug', {
          onChange: (event) => setNameIsChosen(event.target.value !== ''),
        })}
      />
      <AccessChoice value={values.access} onChange={(access) => form.setValue('access', access)} />
      <AreaField
        label="Environment variables"
        optional
        rows={4}
        spellCheck={false}
        placeholder={'API_KEY=…\nLOG_LEVEL=info'}
        hint={
          <>
            {note.hint ?? 'Paste a .env file. Values are encrypted, and cannot be read again.'}
            {carried.length > 0 ? ` Set already, from above: ${carried.join(', ')}.` : null}
          </>
        }
        error={errors.env?.message ?? note.error}
        {...form.register('env')}
      />
      {foot?.(shownSlug)}
      {isTried && !draft.input ? <Notice look="error" title={draft.missing} /> : null}
      {fault ? (
        <Notice look="error" title={fault.message}>
          {fault.hint}
        </Notice>
      ) : null}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" busy={create.isPending || create.isSuccess}>
          {draft.deploys ? 'Create and deploy' : 'Create'}
        </Button>
        <p className="text-sm text-muted">
          {draft.deploys
            ? 'The log of the first deployment opens at once.'
            : 'Nothing runs until the first deploy.'}
        </p>
      </div>
    </form>
  )
}
