'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { z } from 'zod'
import { useTRPC } from '../api-client/api-provider.tsx'
import { errorText } from '../api-client/error-text.ts'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { signIn } from './auth-client.ts'

const schema = z.object({
  name: z.string().trim().min(1, 'Enter your name.'),
  email: z.email('Enter an e-mail address.'),
  password: z.string().min(10, 'Use 10 characters or more.').max(128, 'Use 128 at most.'),
  teamName: z.string().trim().min(1, 'Name your team.').max(80),
})

/** The first person: made, and signed in at once. */
export function SetupForm({ token }: { token: string }) {
  const api = useTRPC()
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { name: '', email: '', password: '', teamName: '' },
  })
  const complete = useMutation(api.setup.complete.mutationOptions())
  const submit = form.handleSubmit(async (input) => {
    await complete.mutateAsync({ ...input, token })
    const fault = await signIn(input)
    window.location.assign(fault === null ? '/' : '/sign-in')
  })
  const { errors, isSubmitting } = form.formState
  const fault = complete.error ? errorText(complete.error) : null
  return (
    <form
      onSubmit={(event) => void submit(event).catch(() => {})}
      className="grid gap-4"
      noValidate
    >
      {fault ? (
        <Notice look="error" title={fault.message}>
          {fault.hint}
        </Notice>
      ) : null}
      <TextField
        label="Your name"
        autoComplete="name"
        autoFocus
        error={errors.name?.message}
        {...form.register('name')}
      />
      <TextField
        label="E-mail"
        type="email"
        autoComplete="username"
        error={errors.email?.message}
        {...form.register('email')}
      />
      <TextField
        label="Password"
        type="password"
        autoComplete="new-password"
        hint="10 characters or more."
        error={errors.password?.message}
        {...form.register('password')}
      />
      <TextField
        label="Team name"
        hint="The team owns the servers. You are its first owner."
        error={errors.teamName?.message}
        {...form.register('teamName')}
      />
      <Button type="submit" look="primary" busy={isSubmitting} className="mt-1">
        Set up and sign in
      </Button>
    </form>
  )
}
