'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { type ReactNode, useEffect, useState } from 'react'
import { useForm } from 'react-hook-form'
import { Button } from '../parts/button.tsx'
import { AreaField, TextField } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { AccessChoice } from '../settings/access-choice.tsx'
import { dotEnvNote } from '../settings/dot-env-note.ts'
import { parseDotEnv } from '../settings/parse-dot-env.ts'
import { nameFault, ServerNames } from './server-names.tsx'
import { type ServerValues, serverSchema } from './server-schema.ts'
import type { Place, SourceDraft } from './source-draft.ts'
import { useCreateServers } from './use-create-servers.ts'

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
  const [nameIsChosen, setNameIsChosen] = useState(false)
  const [isTried, setIsTried] = useState(false)
  const form = useForm<ServerValues>({
    resolver: zodResolver(serverSchema),
    defaultValues: { slug: '', env: '', access: 'private' },
  })
  const create = useCreateServers()
  const several = draft.several ?? []
  const { errors } = form.formState
  const values = form.watch()
  const shownSlug = values.slug || 'my-server'
  const env = parseDotEnv(values.env)
  const note = dotEnvNote(env)
  const carried = Object.keys(draft.env).filter((name) => !(name in env.vars))

  useEffect(() => {
    if (!nameIsChosen) form.setValue('slug', draft.slug ?? '')
  }, [form, draft.slug, nameIsChosen])

  const submit = form.handleSubmit(({ slug, access }) => {
    const all = { team: place.team, access, env: { ...draft.env, ...env.vars } }
    if (draft.several) create.start(several.map((it) => ({ ...all, slug: it.slug, ...it.input })))
    else if (draft.input) create.start([{ ...all, slug, ...draft.input }])
  })
  const isReady = draft.several
    ? several.every((one) => nameFault(one, several) === undefined)
    : draft.input !== null
  return (
    <form
      onSubmit={(event) => {
        setIsTried(true)
        if (isReady) void submit(event)
        else event.preventDefault()
      }}
      className="grid grid-cols-[minmax(0,1fr)] gap-5"
      noValidate
    >
      {children}
      {draft.several ? (
        <ServerNames several={several} />
      ) : (
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
      )}
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
      {isTried && !isReady ? <Notice look="error" title={draft.missing} /> : null}
      {create.fault ? (
        <Notice look="error" title={create.fault.message}>
          {create.fault.hint}
        </Notice>
      ) : null}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" busy={create.isBusy}>
          {several.length > 1
            ? `Create ${several.length} servers`
            : draft.deploys
              ? 'Create and deploy'
              : 'Create'}
        </Button>
        <p className="text-sm text-muted">{footnote(draft)}</p>
      </div>
    </form>
  )
}

function footnote({ several, deploys }: SourceDraft): string {
  if (!deploys) return 'Nothing runs until the first deploy.'
  if (!several) return 'The log of the first deployment opens at once.'
  return 'All are deployed; access and variables count for each of them.'
}
