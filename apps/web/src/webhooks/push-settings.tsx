'use client'
import { useForm } from 'react-hook-form'
import { Card } from '../parts/card.tsx'
import { CheckField } from '../parts/check-field.tsx'
import { AreaField } from '../parts/field.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import { SaveRow, useSaveServer } from '../settings/save-server.tsx'

/** Which changes count, and what happens where no webhook comes. */
export function PushSettings() {
  const { server, can } = useLiveServer()
  const { watchPaths, checkBranch } = server.pushing
  const save = useSaveServer('Saved. It counts from the next push on.')
  const form = useForm({
    values: { paths: watchPaths.join('\n'), checkBranch },
    resetOptions: { keepDirtyValues: true },
  })
  const submit = form.handleSubmit(({ paths, checkBranch }) => {
    const watchPaths = paths
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
    save.start({ pushing: { watchPaths, checkBranch } }, ({ pushing }) =>
      form.reset({ paths: pushing.watchPaths.join('\n'), checkBranch: pushing.checkBranch }),
    )
  })
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
        <CheckField
          label={`Look at “${server.branch}” every few minutes`}
          hint="For webhooks that were lost, or were never set up."
          disabled={!can.update}
          {...form.register('checkBranch')}
        />
        <SaveRow save={save} isChanged={form.formState.isDirty} />
      </form>
    </Card>
  )
}
