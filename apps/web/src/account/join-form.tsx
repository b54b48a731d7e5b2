'use client'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Fault } from '../parts/fault.tsx'
import { TextField } from '../parts/field.tsx'
import { rememberTeam } from '../shell/team-cookie.ts'
import { signIn } from './auth-client.ts'
import { NewPasswordField } from './new-password-field.tsx'

/** For who has no account yet: it is made, and signed in at once. */
export function JoinForm({ token, email }: { token: string; email: string }) {
  const api = useTRPC()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const accept = useMutation(
    api.invitations.acceptAsNew.mutationOptions({
      onSuccess: async ({ slug }) => {
        rememberTeam(slug)
        const fault = await signIn({ email, password })
        window.location.assign(fault === null ? '/' : '/sign-in')
      },
    }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    accept.mutate({ token, name, password })
  }
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Fault error={accept.error} />
      <TextField label="E-mail" type="email" autoComplete="username" value={email} readOnly />
      <TextField
        label="Your name"
        autoComplete="name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        maxLength={80}
        required
        autoFocus
      />
      <NewPasswordField
        label="Password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button type="submit" look="primary" busy={accept.isPending || accept.isSuccess}>
        Make the account and join
      </Button>
    </form>
  )
}
