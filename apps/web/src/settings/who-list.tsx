'use client'
import { X } from 'lucide-react'
import { Select } from '../parts/select.tsx'

export type WhoOption = { who: string; name: string; about: string }

/** Callers that were picked, each with a way out, and a choice of the others. */
export function WhoList({
  label,
  empty,
  value,
  options,
  onChange,
}: {
  label: string
  empty: string
  value: readonly string[]
  options: WhoOption[]
  onChange: (value: string[]) => void
}) {
  const nameOf = (who: string) => options.find((one) => one.who === who)?.name ?? who
  const others = options.filter(({ who }) => !value.includes(who))
  return (
    <div className="grid gap-2">
      <ul className="flex flex-wrap gap-1.5 text-sm" aria-label={label}>
        {value.length === 0 ? <li className="text-muted">{empty}</li> : null}
        {value.map((who) => (
          <li
            key={who}
            className="flex max-w-full items-center gap-1 rounded-md border bg-hover py-0.5 pr-1 pl-2"
          >
            <span className="truncate">{nameOf(who)}</span>
            <button
              type="button"
              aria-label={`Take ${nameOf(who)} away`}
              onClick={() => onChange(value.filter((one) => one !== who))}
              className="rounded-sm p-0.5 text-faint hover:text-fg"
            >
              <X className="size-3.5" />
            </button>
          </li>
        ))}
      </ul>
      {others.length > 0 ? (
        <Select
          label={`${label}: add`}
          hideLabel
          value=""
          onChange={(who) => who !== '' && onChange([...value, who])}
          items={[
            { value: '', label: 'Add…' },
            ...others.map(({ who, name, about }) => ({
              value: who,
              label: about ? `${name} · ${about}` : name,
            })),
          ]}
        />
      ) : null}
    </div>
  )
}
