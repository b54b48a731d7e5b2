'use client'
import { type CallerSecret, callerSecretsSchema } from '@moorage/domain/caller-secrets'
import { Plus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import { AskedSecret } from './asked-secret.tsx'
import { countsFromNextDeployment, SaveRow, useSaveServer } from './save-server.tsx'

const most = 10

/** What the server needs from each caller, such as an API token of some service. */
export function AskedCard() {
  const { server, can } = useLiveServer()
  const save = useSaveServer(countsFromNextDeployment)
  const [draft, setDraft] = useState<CallerSecret[] | null>(null)
  const { callerSecrets: settled, ...others } = server.settings
  const plan = server.live?.plan ?? server.latest?.plan
  const secrets = draft ?? settled ?? plan?.callerSecrets ?? []
  const { error } = callerSecretsSchema.safeParse(secrets)
  const overall = error?.issues.find(({ path }) => path.length === 0)?.message
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.start({ settings: { ...others, callerSecrets: secrets } }, () => setDraft(null))
  }
  return (
    <Card title="Asked of each caller" id="asked">
      <form onSubmit={submit} noValidate>
        <fieldset className="grid min-w-0 gap-4" disabled={!can.update}>
          <p className="text-sm text-muted">
            {plan?.transport === 'stdio'
              ? 'A server on stdio sees no headers, so it can be handed nothing of a caller’s own. One that serves HTTP can.'
              : secrets.length === 0
                ? 'Nothing. A server that needs something of each caller’s own, such as a token of some service, gets it as a header of their requests.'
                : 'Whoever calls it enters theirs once, on a page of their own; it is kept encrypted and is a header of their requests.'}
          </p>
          {secrets.map((secret, at) => (
            <AskedSecret
              key={at}
              number={at + 1}
              secret={secret}
              faults={error?.issues.filter(({ path }) => path[0] === at) ?? []}
              onChange={(next) => setDraft(secrets.with(at, next))}
              onRemove={() => setDraft(secrets.toSpliced(at, 1))}
            />
          ))}
          {overall && draft ? (
            <p role="alert" className="text-sm text-failed">
              There is to be {overall}.
            </p>
          ) : null}
          {can.update && (plan?.transport !== 'stdio' || secrets.length > 0) ? (
            <div className="flex flex-wrap gap-2">
              <Button
                size="sm"
                disabled={secrets.length >= most}
                onClick={() => setDraft([...secrets, { name: '', header: '' }])}
              >
                <Plus />
                Ask for something
              </Button>
              {settled && server.source === 'git' ? (
                <Button
                  size="sm"
                  look="quiet"
                  onClick={() => save.start({ settings: others }, () => setDraft(null))}
                >
                  Leave it to moorage.json
                </Button>
              ) : null}
            </div>
          ) : null}
          <SaveRow save={save} isChanged={draft !== null && !error} />
        </fieldset>
      </form>
    </Card>
  )
}
