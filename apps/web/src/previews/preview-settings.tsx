'use client'
import { previewChoices } from '@moorage/domain/pushing'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useForm } from 'react-hook-form'
import { useTRPC } from '../api-client/api-provider.tsx'
import { errorText } from '../api-client/error-text.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { TextField } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { Select } from '../parts/select.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'

const words = {
  none: 'Nothing',
  requests: 'Pull requests',
  branches: 'Pull requests and every branch',
}

/** What gets a preview, how many there may be, and for how long. */
export function PreviewSettings() {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const router = useRouter()
  const answer = useAnswer()
  const { previews, maxPreviews, previewDays } = server.pushing
  const form = useForm({
    values: { previews, maxPreviews, previewDays },
    resetOptions: { keepDirtyValues: true },
  })
  const update = useMutation(
    api.servers.update.mutationOptions({
      onSuccess: ({ pushing }) => {
        form.reset(pushing)
        answer.done('Saved. It counts from the next push on.')
        router.refresh()
      },
    }),
  )
  const submit = form.handleSubmit((pushing) => update.mutate({ slug: server.slug, pushing }))
  const fault = update.error ? errorText(update.error) : null
  return (
    <Card title="What gets a preview">
      <form onSubmit={(event) => void submit(event)} className="grid gap-4" noValidate>
        <div className="grid items-start gap-4 sm:grid-cols-3">
          <Select
            label="Previews of"
            value={form.watch('previews')}
            disabled={!can.update}
            onChange={(value) => form.setValue('previews', value, { shouldDirty: true })}
            items={previewChoices.map((value) => ({ value, label: words[value] }))}
          />
          <TextField
            label="At once, at most"
            type="number"
            min={1}
            max={50}
            disabled={!can.update}
            {...form.register('maxPreviews', { valueAsNumber: true })}
          />
          <TextField
            label="Days after the last push"
            type="number"
            min={1}
            max={90}
            disabled={!can.update}
            {...form.register('previewDays', { valueAsNumber: true })}
          />
        </div>
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
