'use client'
import { previewChoices } from '@moorage/domain/pushing'
import { useForm } from 'react-hook-form'
import { Card } from '../parts/card.tsx'
import { TextField } from '../parts/field.tsx'
import { Select } from '../parts/select.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import { SaveRow, useSaveServer } from '../settings/save-server.tsx'

const words = {
  none: 'Nothing',
  requests: 'Pull requests',
  branches: 'Pull requests and every branch',
}

/** What gets a preview, how many there may be, and for how long. */
export function PreviewSettings() {
  const { server, can } = useLiveServer()
  const { previews, maxPreviews, previewDays } = server.pushing
  const save = useSaveServer('Saved. It counts from the next push on.')
  const form = useForm({
    values: { previews, maxPreviews, previewDays },
    resetOptions: { keepDirtyValues: true },
  })
  const submit = form.handleSubmit((pushing) =>
    save.start({ pushing }, (saved) => form.reset(saved.pushing)),
  )
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
        <SaveRow save={save} isChanged={form.formState.isDirty} />
      </form>
    </Card>
  )
}
