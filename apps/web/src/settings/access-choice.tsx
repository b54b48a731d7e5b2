'use client'
import { Globe, KeyRound, UserRoundCheck } from 'lucide-react'
import { useId } from 'react'

const choices = [
  {
    value: 'private',
    icon: KeyRound,
    label: 'With a key',
    text: 'Callers send an API key of this team.',
  },
  { value: 'public', icon: Globe, label: 'Public', text: 'Anyone who has the URL may call it.' },
  {
    value: 'own_auth',
    icon: UserRoundCheck,
    label: 'Its own sign-in',
    text: 'The server checks its callers itself.',
  },
] as const

export type AccessValue = (typeof choices)[number]['value']

/** Who may call a server. */
export function AccessChoice({
  value,
  onChange,
  disabled = false,
}: {
  value: AccessValue
  onChange: (value: AccessValue) => void
  disabled?: boolean
}) {
  const name = useId()
  return (
    <fieldset className="grid gap-1.5" disabled={disabled}>
      <legend className="mb-1.5 text-sm font-medium">Who may call it</legend>
      <div className="grid gap-2 sm:grid-cols-3">
        {choices.map(({ value: choice, icon: Icon, label, text }) => (
          <label
            key={choice}
            className="relative flex cursor-pointer items-start gap-2.5 rounded-lg border bg-surface p-3 text-sm transition-colors duration-150 hover:border-line-strong has-checked:border-accent has-checked:bg-accent-soft has-disabled:cursor-default has-disabled:opacity-60 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name={name}
              value={choice}
              checked={value === choice}
              onChange={() => onChange(choice)}
              className="sr-only"
            />
            <Icon
              className={`mt-0.5 size-4 shrink-0 ${value === choice ? 'text-accent' : 'text-faint'}`}
              aria-hidden="true"
            />
            <span>
              <span className="block font-medium">{label}</span>
              <span className="text-muted">{text}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
