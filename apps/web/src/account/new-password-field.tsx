import type { ComponentProps } from 'react'
import { TextField } from '../parts/field.tsx'

/** A password that is being chosen, with the rule that sign-in has for it. */
export function NewPasswordField(props: Omit<ComponentProps<typeof TextField>, 'type' | 'hint'>) {
  return (
    <TextField
      type="password"
      autoComplete="new-password"
      hint="10 characters or more."
      minLength={10}
      maxLength={128}
      required
      {...props}
    />
  )
}
