'use client'
import { type FormEvent, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { signIn } from './auth-client.ts'

export function SignInForm({ next }: { next: string }) {
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    const answer = await signIn({
      email: String(form.get('email')),
      password: String(form.get('password')),
    })
    // A full page load: everything after this is rendered for the new session.
    if (answer === null) return window.location.assign(next)
    setFault(answer)
    setBusy(false)
  }
  return (
    <form onSubmit={submit} className="grid gap-4">
      {fault ? <Notice look="error" title={fault} /> : null}
      <TextField
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        required
        autoFocus
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
      />
      <Button type="submit" look="primary" busy={busy} className="mt-1">
        Sign in
      </Button>
    </form>
  )
}
