'use client'
import type { ReactNode } from 'react'
import { useForm } from 'react-hook-form'
import { Card } from '../parts/card.tsx'
import { CheckField } from '../parts/check-field.tsx'
import { TextField } from '../parts/field.tsx'
import { LimitField } from '../parts/limit-field.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import { fromDraft, limits, toDraft } from './routing-draft.ts'
import { SaveRow, useSaveServer } from './save-server.tsx'

const minutes = { min: 0.1, step: 'any', placeholder: 'never' }

/** How its calls are limited, moved to a new version, and written down, and when it sleeps. */
export function RoutingCard() {
  const { server, can } = useLiveServer()
  const save = useSaveServer('Saved. It counts at once.')
  const form = useForm({
    values: toDraft(server.routing),
    resetOptions: { keepDirtyValues: true },
    disabled: !can.update,
  })
  const submit = form.handleSubmit((draft) =>
    save.start({ routing: fromDraft(draft) }, ({ routing }) => form.reset(toDraft(routing))),
  )
  return (
    <Card title="Routing">
      <form onSubmit={(event) => void submit(event)} className="grid gap-5">
        <Part title="Limits on tool calls">
          <div className="grid items-start gap-4 sm:grid-cols-2">
            {limits.map(({ name, label, whose }) => (
              <LimitField
                key={name}
                label={
                  <>
                    {label} <span className="font-normal text-muted">{whose}</span>
                  </>
                }
                {...(name === 'callsPerMinutePerCaller' && server.access === 'public'
                  ? { placeholder: '60' }
                  : {})}
                {...form.register(name)}
              />
            ))}
          </div>
          <p className="text-sm text-muted">
            {server.access === 'public'
              ? 'A caller is an address here. Over a limit the answer is 429 with Retry-After.'
              : 'A caller is a key. Over a limit the answer is 429 with Retry-After.'}
          </p>
        </Part>
        <Part title="Guarded tools">
          <TextField
            label="Tools that a person agrees to by themselves"
            optional
            spellCheck={false}
            placeholder="delete_*, send_mail"
            hint="A client that has signed in by OAuth is asked to get its person's leave once more, the first time that it calls one. Keys are not asked."
            {...form.register('guardedTools')}
          />
        </Part>
        <Part title="Over a redeploy">
          <CheckField
            label="Move sessions to the new version"
            hint="Clients notice nothing. Turn it off where the server keeps something in a session that it cannot do without: sessions then end with the old version, and clients begin new ones."
            {...form.register('reopenSessions')}
          />
        </Part>
        {server.source === 'settings' && server.settings.remote ? null : (
          <Part title="Sleep">
            <div className="grid items-start gap-4 sm:grid-cols-2">
              <LimitField
                label="Pause after minutes without a request"
                {...minutes}
                {...form.register('pauseAfter')}
              />
              <LimitField
                label="Stop after minutes without a request"
                {...minutes}
                {...form.register('stopAfter')}
              />
            </div>
            <p className="text-sm text-muted">
              The next request wakes it and waits: some milliseconds after a pause, which it
              outlives with all its memory; as long as it takes to start after a stop. Open streams
              keep it awake. Leave both empty for a server that has work of its own to do.
            </p>
            <CheckField
              label="Answer with known lists while it wakes"
              hint="A client that asks again which tools there are gets the last answer at once. For servers that do not say themselves how long a list is good for."
              {...form.register('listWhileAsleep')}
            />
          </Part>
        )}
        <Part title="Request log">
          <CheckField
            label="Keep what is asked and answered"
            hint="8 KiB of each, without the values of fields that are secret by their name."
            {...form.register('keepPayloads')}
          />
          {form.watch('keepPayloads') ? (
            <TextField
              label="Keep out of it, too"
              optional
              spellCheck={false}
              placeholder="ssn, iban"
              hint="Names of fields whose values are not to be kept."
              {...form.register('redact')}
            />
          ) : null}
        </Part>
        <SaveRow save={save} isChanged={form.formState.isDirty} />
      </form>
    </Card>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="grid min-w-0 gap-3">
      <legend className="mb-2 text-xs tracking-wide text-faint">{title}</legend>
      {children}
    </fieldset>
  )
}
