'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { slugFrom } from '@moorage/domain/slug'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTRPC } from '../api-client/api-provider.tsx'
import { errorText } from '../api-client/error-text.ts'
import { Button } from '../parts/button.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { AreaField, TextField } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { AccessChoice } from '../settings/access-choice.tsx'
import { dotEnvNote } from '../settings/dot-env-note.ts'
import { parseDotEnv } from '../settings/parse-dot-env.ts'
import { type NewServerValues, newServerSchema, type Source } from './new-server-schema.ts'

/** A server from a repository's URL, or one that is pushed to. */
export function NewServerForm({
  source,
  team,
  routerUrl,
  gitUrl,
}: {
  source: Source
  team: string
  routerUrl: string
  gitUrl: string
}) {
  const api = useTRPC()
  const router = useRouter()
  const [nameIsChosen, setNameIsChosen] = useState(false)
  const form = useForm<NewServerValues>({
    resolver: zodResolver(newServerSchema(source)),
    defaultValues: { repoUrl: '', slug: '', branch: '', rootDir: '', env: '', access: 'private' },
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
  const isSsh = /^(ssh:|[\w.-]+@[\w.-]+:)/.test(values.repoUrl.trim())

  const submit = form.handleSubmit((input) =>
    create.mutate({
      team,
      slug: input.slug,
      access: input.access,
      env: env.vars,
      ...(source === 'git' ? { repoUrl: input.repoUrl.trim() } : {}),
      ...(input.branch ? { branch: input.branch } : {}),
      ...(input.rootDir ? { rootDir: input.rootDir } : {}),
    }),
  )
  const suggestName = (repoUrl: string) => {
    if (!nameIsChosen) form.setValue('slug', slugFrom(repoUrl.trim()) ?? '')
  }
  const fault = create.error ? errorText(create.error) : null

  return (
    <form onSubmit={(event) => void submit(event)} className="grid gap-5" noValidate>
      {source === 'git' ? (
        <TextField
          label="Repository URL"
          placeholder="https://host/owner/repository.git"
          autoFocus
          spellCheck={false}
          className="font-mono text-sm"
          hint={
            isSsh
              ? 'Moorage makes a deploy key for it, which you add to the repository before the first deploy.'
              : 'https for a public repository; ssh (git@host:owner/repository.git) for a private one.'
          }
          error={errors.repoUrl?.message}
          {...form.register('repoUrl', { onChange: (event) => suggestName(event.target.value) })}
        />
      ) : null}
      <TextField
        label="Name"
        placeholder="my-server"
        autoFocus={source === 'push'}
        spellCheck={false}
        hint={
          <>
            It becomes the URL:{' '}
            <span className="font-mono break-all">
              {routerUrl}/<span className="text-text">{shownSlug}</span>/mcp
            </span>
          </>
        }
        error={errors.slug?.message}
        {...form.register('slug', {
          onChange: (event) => setNameIsChosen(event.target.value !== ''),
        })}
      />
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <TextField
          label="Branch"
          optional
          placeholder="main"
          spellCheck={false}
          error={errors.branch?.message}
          {...form.register('branch')}
        />
        <TextField
          label="Root directory"
          optional
          placeholder="."
          spellCheck={false}
          hint="Where the server is, in a repository of several."
          error={errors.rootDir?.message}
          {...form.register('rootDir')}
        />
      </div>
      <AccessChoice value={values.access} onChange={(access) => form.setValue('access', access)} />
      <AreaField
        label="Environment variables"
        optional
        rows={4}
        spellCheck={false}
        placeholder={'API_KEY=…\nLOG_LEVEL=info'}
        hint={note.hint ?? 'Paste a .env file. Values are encrypted, and cannot be read again.'}
        error={errors.env?.message ?? note.error}
        {...form.register('env')}
      />
      {source === 'push' ? (
        <div className="grid gap-1.5">
          <p className="text-sm font-medium">Then, in its directory</p>
          <CodeBlock
            code={`git remote add moorage ${gitUrl}/${shownSlug}.git\ngit push moorage ${values.branch || 'main'}`}
            label="Copy the commands"
          />
        </div>
      ) : null}
      {fault ? (
        <Notice look="error" title={fault.message}>
          {fault.hint}
        </Notice>
      ) : null}
      <div className="flex items-center gap-3">
        <Button type="submit" look="primary" busy={create.isPending || create.isSuccess}>
          {source === 'git' && !isSsh ? 'Create and deploy' : 'Create'}
        </Button>
        <p className="text-sm text-muted">
          {source === 'git' && !isSsh
            ? 'The log of the first build opens at once.'
            : 'Nothing runs until the first deploy.'}
        </p>
      </div>
    </form>
  )
}
