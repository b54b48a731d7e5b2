'use client'
import { Button } from '../parts/button.tsx'
import { signOut } from './auth-client.ts'

export function SignOutButton({
  next,
  label = 'Sign out, and open the link again',
}: {
  next: string
  label?: string
}) {
  return (
    <Button look="primary" onClick={() => void signOut(next)}>
      {label}
    </Button>
  )
}
