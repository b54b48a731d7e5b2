'use client'
import { type FormEvent, useState } from 'react'
import { renderSVG } from 'uqr'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { TextField } from '../parts/field.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { useAuthCall } from './use-auth-call.ts'

type Setup = { totpURI: string; backupCodes: string[] }

/** An authenticator app as the second factor; it counts once its first code was given. */
export function TwoFactorCard({ isOn }: { isOn: boolean }) {
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [setup, setSetup] = useState<Setup | null>(null)
  const begin = useAuthCall('Scan the picture with your app.')
  const finish = useAuthCall('The second factor is on.')
  const end = useAuthCall('The second factor is off.')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setPassword('')
    if (isOn) return end.run((client) => client.twoFactor.disable({ password }))
    return begin.run(async (client) => {
      const { data, error } = await client.twoFactor.enable({ password })
      if (data && 'totpURI' in data) setSetup(data)
      return { error }
    })
  }
  const turnOn = async (event: FormEvent) => {
    event.preventDefault()
    const isDone = await finish.run((client) => client.twoFactor.verifyTotp({ code: code.trim() }))
    if (isDone) setSetup(null)
  }
  return (
    <Card
      title="Second factor"
      aside={
        <StatusMark
          mark={
            isOn
              ? { shape: 'dot', tone: 'live', word: 'On' }
              : { shape: 'ring', tone: 'waiting', word: 'Off' }
          }
        />
      }
    >
      {setup ? (
        <div className="grid gap-4">
          <div className="flex flex-wrap gap-5">
            <div
              role="img"
              aria-label="QR code for an authenticator app"
              className="size-44 shrink-0 rounded-md bg-white p-2 [&_svg]:size-full"
              dangerouslySetInnerHTML={{ __html: renderSVG(setup.totpURI) }}
            />
            <div className="grid min-w-0 flex-1 basis-56 content-start gap-1.5 text-sm">
              <p className="text-muted">No camera? Give this to the app:</p>
              <CodeBlock code={new URL(setup.totpURI).searchParams.get('secret') ?? ''} wrap />
              <p className="mt-2 text-muted">
                Keep these codes: each signs you in once, should you lose the app.
              </p>
              <CodeBlock code={setup.backupCodes.join('\n')} label="Copy the backup codes" />
            </div>
          </div>
          <form onSubmit={(event) => void turnOn(event)} className="flex flex-wrap items-end gap-3">
            <div className="min-w-48 flex-1">
              <TextField
                label="The app's present code"
                className="font-mono"
                inputMode="numeric"
                autoComplete="one-time-code"
                value={code}
                onChange={(event) => setCode(event.target.value)}
                required
              />
            </div>
            <Button type="submit" look="primary" busy={finish.busy}>
              Turn it on
            </Button>
          </form>
        </div>
      ) : (
        <form onSubmit={(event) => void submit(event)} className="flex flex-wrap items-end gap-3">
          <div className="min-w-48 flex-1">
            <TextField
              label={isOn ? 'Password, to turn it off' : 'Password, to set it up'}
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              required
            />
          </div>
          <Button type="submit" look={isOn ? 'danger' : 'secondary'} busy={begin.busy || end.busy}>
            {isOn ? 'Turn it off' : 'Set it up'}
          </Button>
        </form>
      )}
    </Card>
  )
}
