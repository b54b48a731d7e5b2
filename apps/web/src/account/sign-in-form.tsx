'use client'
import { KeyRound, Mail } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { authClient, authFault, signIn } from './auth-client.ts'
import { SecondFactorForm } from './second-factor-form.tsx'

type Answer = { fault?: string; told?: string }

/** Password, passkey, a link by e-mail, and then the second factor where one is set up. */
export function SignInForm({ next }: { next: string }) {
  const [busy, setBusy] = useState<'password' | 'passkey' | 'link' | null>(null)
  const [answer, setAnswer] = useState<Answer>({})
  const [asksCode, setAsksCode] = useState(false)
  const [email, setEmail] = useState('')
  const attempt = async (kind: typeof busy, work: () => Promise<Answer | null>) => {
    setBusy(kind)
    const result = await work()
    // A full page load: everything after this is rendered for the new session.
    if (result === null) return window.location.assign(next)
    setAnswer(result)
    setBusy(null)
  }
  const byPassword = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const password = String(new FormData(event.currentTarget).get('password'))
    void attempt('password', async () => {
      const result = await signIn({ email, password })
      if (result !== 'second-factor') return result
      setAsksCode(true)
      return {}
    })
  }
  const byPasskey = () =>
    attempt('passkey', async () => {
      const { data, error } = await authClient.signIn.passkey()
      if (error) return { fault: 'No passkey of this platform was given.' }
      if (!data || !('twoFactorRedirect' in data)) return null
      setAsksCode(true)
      return {}
    })
  const byLink = () =>
    attempt('link', async () => {
      const { error } = await authClient.signIn.magicLink({
        email,
        callbackURL: next,
        errorCallbackURL: '/sign-in',
      })
      if (error) return { fault: authFault(error) }
      return {
        told: `If ${email} has an account, a link is on its way. Where no e-mail is set up, whoever runs this platform finds it in its log.`,
      }
    })
  if (asksCode) return <SecondFactorForm next={next} />
  return (
    <form onSubmit={byPassword} className="grid gap-4">
      {answer.fault ? <Notice look="error" title={answer.fault} /> : null}
      {answer.told ? <Notice look="info" title={answer.told} /> : null}
      <TextField
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username webauthn"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
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
      <Button type="submit" look="primary" busy={busy === 'password'} className="mt-1">
        Sign in
      </Button>
      <div className="grid gap-2 sm:grid-cols-2">
        <Button busy={busy === 'passkey'} onClick={() => void byPasskey()}>
          <KeyRound />
          Use a passkey
        </Button>
        <Button busy={busy === 'link'} disabled={!email} onClick={() => void byLink()}>
          <Mail />
          E-mail me a link
        </Button>
      </div>
    </form>
  )
}
