'use client'
import type { SignInButton } from '@moorage/access/sign-in-methods'
import { useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { authClient, authFault } from './auth-client.ts'

/** The providers that the operator has set up. */
export function ProviderButtons({ buttons, next }: { buttons: SignInButton[]; next: string }) {
  const [fault, setFault] = useState<string | null>(null)
  if (buttons.length === 0) return null
  const go = async ({ id, protocol }: SignInButton) => {
    const urls = { callbackURL: next, errorCallbackURL: '/sign-in' }
    const { error } =
      protocol === 'saml'
        ? await authClient.signIn.sso({ providerId: id, ...urls })
        : await authClient.signIn.social({ provider: id, ...urls })
    if (error) setFault(authFault(error))
  }
  return (
    <div className="mb-5 grid gap-2 border-b pb-5">
      {fault ? <Notice look="error" title={fault} /> : null}
      {buttons.map((button) => (
        <Button key={button.id} onClick={() => void go(button)}>
          Go on with {button.name}
        </Button>
      ))}
    </div>
  )
}
