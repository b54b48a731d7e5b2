'use client'
import { useForm } from 'react-hook-form'
import { Card } from '../parts/card.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { TextField } from '../parts/field.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import { countsFromNextDeployment, SaveRow, useSaveServer } from './save-server.tsx'

/** What it is called and where it comes from. */
export function SourceForm() {
  const { server, can } = useLiveServer()
  const { name, repoUrl, branch, rootDir, source } = server
  const save = useSaveServer(source === 'git' ? countsFromNextDeployment : 'Saved.')
  const form = useForm({
    values: { name, repoUrl: repoUrl ?? '', branch, rootDir },
    resetOptions: { keepDirtyValues: true },
  })
  const submit = form.handleSubmit(({ repoUrl, ...input }) =>
    save.start(
      source === 'git' ? { ...input, repoUrl: repoUrl.trim() || null } : { name: input.name },
      ({ name, repoUrl, branch, rootDir }) =>
        form.reset({ name, repoUrl: repoUrl ?? '', branch, rootDir }),
    ),
  )
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
        <SaveRow save={save} isChanged={form.formState.isDirty} />
      </form>
    </Card>
  )
}
