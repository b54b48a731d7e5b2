'use client'
import { type FormEvent, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { TextField } from '../parts/field.tsx'
import { NewPasswordField } from './new-password-field.tsx'
import { useAuthCall } from './use-auth-call.ts'

/** A new password ends all other sessions. */
export function PasswordCard() {
  const [currentPassword, setCurrent] = useState('')
  const [newPassword, setNew] = useState('')
  const change = useAuthCall('The password is changed, and you are signed out everywhere else.')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const isDone = await change.run((client) =>
      client.changePassword({ currentPassword, newPassword, revokeOtherSessions: true }),
    )
    if (!isDone) return
    setCurrent('')
    setNew('')
  }
  return (
    <Card title="Password">
      <form
        onSubmit={(event) => void submit(event)}
        className="grid items-start gap-4 sm:grid-cols-[1fr_1fr_auto]"
      >
        <TextField
          label="Present password"
          type="password"
          autoComplete="current-password"
          value={currentPassword}
          onChange={(event) => setCurrent(event.target.value)}
          required
        />
        <NewPasswordField
          label="New password"
          value={newPassword}
          onChange={(event) => setNew(event.target.value)}
        />
        <Button type="submit" busy={change.busy} className="sm:mt-[1.6rem]">
          Change
        </Button>
      </form>
    </Card>
  )
}
