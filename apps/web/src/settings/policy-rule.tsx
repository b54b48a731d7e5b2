'use client'
import { roles } from '@moorage/domain/permission'
import { mayUse, type Policy } from '@moorage/domain/policy'
import { namesFrom, namesText } from '@moorage/domain/policy-text'
import { useState } from 'react'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import type { Callers } from './policy-card.tsx'
import { WhoList, type WhoOption } from './who-list.tsx'

type Rule = Policy['rules'][number]

const groups: WhoOption[] = [
  { who: 'everyone', name: 'Everyone', about: '' },
  ...roles.map((role) => ({ who: `role:${role}`, name: `Role ${role}`, about: '' })),
]
const kinds = [
  { kind: 'tools', label: 'Tools', placeholder: 'all, or: read_* !read_secret' },
  { kind: 'resources', label: 'Resources', placeholder: 'all, or: docs://public/*' },
  { kind: 'prompts', label: 'Prompts', placeholder: 'all, or: !*' },
] as const

/** For whom, and what they may use, with what that leaves of the tools that there are. */
export function PolicyRule({
  number,
  rule,
  callers,
  onChange,
  onRemove,
}: {
  number: number
  rule: Rule
  callers: Callers
  onChange: (rule: Rule) => void
  onRemove: () => void
}) {
  const { server, can } = useLiveServer()
  const tools = server.live?.handshake?.tools.map(({ name }) => name) ?? []
  const left = tools.filter((name) => mayUse([rule], 'tools', name))
  return (
    <fieldset className="grid min-w-0 gap-3 rounded-lg border p-3">
      <legend className="px-1 text-xs text-faint">Rule {number}</legend>
      <WhoList
        label={`Whom rule ${number} is for`}
        empty="For nobody yet: add whom it is for."
        value={rule.who}
        options={[...groups, ...callers]}
        onChange={(who) => onChange({ ...rule, who: who as Rule['who'] })}
      />
      <div className="grid items-start gap-3 sm:grid-cols-3">
        {kinds.map(({ kind, label, placeholder }) => (
          <NamesField
            key={kind}
            label={label}
            placeholder={placeholder}
            value={rule[kind]}
            onChange={(names) => onChange({ ...rule, [kind]: names })}
          />
        ))}
      </div>
      <div className="flex flex-wrap items-start justify-between gap-2">
        <p className="min-w-0 text-sm break-words text-muted" aria-live="polite">
          {tools.length === 0
            ? 'What it leaves is shown once the server is live.'
            : left.length === tools.length
              ? `All ${tools.length} tools.`
              : left.length === 0
                ? `None of the ${tools.length} tools.`
                : `${left.length} of ${tools.length} tools: ${left.join(', ')}`}
        </p>
        {can.update ? (
          <Button size="sm" look="quiet" onClick={onRemove} aria-label={`Remove rule ${number}`}>
            Remove
          </Button>
        ) : null}
      </div>
    </fieldset>
  )
}

/** Keeps what is typed as it is typed. */
function NamesField({
  label,
  placeholder,
  value,
  onChange,
}: {
  label: string
  placeholder: string
  value: Rule['tools']
  onChange: (value: Rule['tools']) => void
}) {
  const [typed, setTyped] = useState(namesText(value))
  const isTyped = namesText(namesFrom(typed)) === namesText(value)
  return (
    <TextField
      label={label}
      spellCheck={false}
      placeholder={placeholder}
      className="font-mono text-sm"
      value={isTyped ? typed : namesText(value)}
      onChange={({ target }) => {
        setTyped(target.value)
        onChange(namesFrom(target.value))
      }}
    />
  )
}
