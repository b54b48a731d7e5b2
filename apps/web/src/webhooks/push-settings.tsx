'use client'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useForm } from 'react-hook-form'
import { useTRPC } from '../api-client/api-provider.tsx'
import { errorText } from '../api-client/error-text.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { AreaField } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'

/** Which changes count, and what happens where no webhook comes. */
export function PushSettings() {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const router = useRouter()
  const answer = useAnswer()
  const { watchPaths, checkBranch } = server.pushing
  const form = useForm({
    values: { paths: watchPaths.join('\n'), checkBranch },
    resetOptions: { keepDirtyValues: true },
  })
  const update = useMutation(
    api.servers.update.mutationOptions({
      onSuccess: ({ pushing }) => {
        form.reset({ paths: pushing.watchPaths.join('\n'), checkBranch: pushing.checkBranch })
        answer.done('Saved. It counts from the next push on.')
        router.refresh()
      },
    }),
  )
  const submit = form.handleSubmit(({ paths, checkBranch }) => {
    const watchPaths = paths
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
    update.mutate({ slug: server.slug, pushing: { watchPaths, checkBranch } })
  })
  const fault = update.error ? errorText(update.error) : null
  const { rootDir } = server
  return (
    <Card title="What counts as a change">
      <form onSubmit={(event) => void submit(event)} className="grid gap-4" noValidate>
        <AreaField
          label="Watched paths"
          optional
          disabled={!can.update}
          spellCheck={false}
          placeholder={rootDir === '.' ? 'the whole repository' : `${rootDir}/**`}
          hint="One a line, from the root of the repository: servers/weather/** and packages/core/**. A push that changes nothing below them deploys nothing."
          {...form.register('paths')}
        />
        <label className="flex items-start gap-2 text-sm">
          <input
            type="checkbox"
            disabled={!can.update}
            className="mt-0.5 size-4 accent-accent"
            {...form.register('checkBranch')}
          />
          <span>
            Look at “{server.branch}” every few minutes
            <span className="block text-muted">
              For webhooks that were lost, or were never set up.
            </span>
          </span>
        </label>
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
