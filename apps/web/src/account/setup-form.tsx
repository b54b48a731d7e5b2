'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { z } from 'zod'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Fault } from '../parts/fault.tsx'
import { TextField } from '../parts/field.tsx'
import { signIn } from './auth-client.ts'
import { NewPasswordField } from './new-password-field.tsx'

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
  return (
    <form
      onSubmit={(event) => void submit(event).catch(() => {})}
      className="grid gap-4"
      noValidate
    >
      <Fault error={complete.error} />
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
      <NewPasswordField
        label="Password"
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
