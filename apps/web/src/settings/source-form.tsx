'use client'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useForm } from 'react-hook-form'
import { useTRPC } from '../api-client/api-provider.tsx'
import { errorText } from '../api-client/error-text.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { TextField } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'

/** What it is called and where it comes from. */
export function SourceForm() {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const router = useRouter()
  const answer = useAnswer()
  const { name, repoUrl, branch, rootDir, source } = server
  const form = useForm({
    values: { name, repoUrl: repoUrl ?? '', branch, rootDir },
    resetOptions: { keepDirtyValues: true },
  })
  const update = useMutation(
    api.servers.update.mutationOptions({
      onSuccess: (saved) => {
        form.reset({
          name: saved.name,
          repoUrl: saved.repoUrl ?? '',
          branch: saved.branch,
          rootDir: saved.rootDir,
        })
        answer.done(source === 'git' ? 'Saved. It counts from the next deployment on.' : 'Saved.')
        router.refresh()
      },
    }),
  )
  const submit = form.handleSubmit(({ repoUrl, ...input }) =>
    update.mutate(
      source === 'git'
        ? { slug: server.slug, ...input, repoUrl: repoUrl.trim() || null }
        : { slug: server.slug, name: input.name },
    ),
  )
  const fault = update.error ? errorText(update.error) : null
  return (
    <Card title="Source">
      <form onSubmit={(event) => void submit(event)} className="grid gap-4" noValidate>
        <TextField label="Name" disabled={!can.update} maxLength={80} {...form.register('name')} />
        {source === 'git' ? (
          <>
            <TextField
              label="Repository URL"
              disabled={!can.update}
              spellCheck={false}
              className="font-mono text-sm"
              placeholder="none: it is pushed to"
              hint={
                repoUrl ? 'Empty it to deploy by git push alone.' : `git push ${server.gitRemote}`
              }
              {...form.register('repoUrl')}
            />
            <div className="grid items-start gap-4 sm:grid-cols-2">
              <TextField
                label="Branch"
                disabled={!can.update}
                spellCheck={false}
                {...form.register('branch')}
              />
              <TextField
                label="Root directory"
                disabled={!can.update}
                spellCheck={false}
                {...form.register('rootDir')}
              />
            </div>
          </>
        ) : (
          <div className="grid gap-1.5">
            <p className="text-sm font-medium">Made of</p>
            <CodeBlock code={server.sourceLine ?? ''} label="Copy what it is made of" wrap />
            <p className="text-sm text-muted">
              There is no repository: the settings below say all there is to say.
            </p>
          </div>
        )}
        {server.deployKeyPublic ? (
          <div className="grid gap-1.5">
            <p className="text-sm font-medium">Deploy key</p>
            <CodeBlock code={server.deployKeyPublic} label="Copy the deploy key" wrap />
          </div>
        ) : null}
        {fault ? (
          <Notice look="error" title={fault.message}>
            {fault.hint}
          </Notice>
        ) : null}
        {can.update ? (
          <div>
            <Button
              type="submit"
              look="primary"
              busy={update.isPending}
              disabled={!form.formState.isDirty}
            >
              Save
            </Button>
          </div>
        ) : null}
      </form>
    </Card>
  )
}
