'use client'
import { type FormEvent, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { authClient, authFault } from './auth-client.ts'

/** The code of an authenticator app, or one of the backup codes. */
export function SecondFactorForm({ next }: { next: string }) {
  const [code, setCode] = useState('')
  const [isBackup, setIsBackup] = useState(false)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    const input = { code: code.trim() }
    const { error } = isBackup
      ? await authClient.twoFactor.verifyBackupCode(input)
      : await authClient.twoFactor.verifyTotp(input)
    if (!error) return window.location.assign(next)
    setFault(authFault(error))
    setBusy(false)
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="grid gap-4">
      {fault ? <Notice look="error" title={fault} /> : null}
      <TextField
        key={String(isBackup)}
        label={isBackup ? 'Backup code' : 'Code of your authenticator app'}
        className="font-mono"
        inputMode={isBackup ? 'text' : 'numeric'}
        autoComplete="one-time-code"
        value={code}
        onChange={(event) => setCode(event.target.value)}
        required
        autoFocus
      />
      <Button type="submit" look="primary" busy={busy}>
        Go on
      </Button>
      <Button
        look="quiet"
        onClick={() => {
          setIsBackup(!isBackup)
          setCode('')
        }}
      >
        {isBackup ? 'Use the authenticator app' : 'Use a backup code'}
      </Button>
    </form>
  )
}
