'use client'
import type { CallerSecret } from '@moorage/domain/caller-secrets'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { useLiveServer } from '../servers/server-live.tsx'

const fields = [
  { name: 'name', label: 'Name', placeholder: 'github-token', isCode: true },
  { name: 'header', label: 'Header', placeholder: 'X-GitHub-Token', isCode: true },
  { name: 'description', label: 'What it is', placeholder: 'With the scope repo.', isCode: false },
  { name: 'url', label: 'Where to get one', placeholder: 'https://', isCode: true },
] as const

type Fault = { path: PropertyKey[]; message: string }

/** One of the things that a server asks of each caller. */
export function AskedSecret({
  number,
  secret,
  faults,
  onChange,
  onRemove,
}: {
  number: number
  secret: CallerSecret
  faults: Fault[]
  onChange: (secret: CallerSecret) => void
  onRemove: () => void
}) {
  const { can } = useLiveServer()
  return (
    <fieldset className="grid min-w-0 gap-3 rounded-lg border p-3">
      <legend className="px-1 text-xs text-faint">{secret.name || `Number ${number}`}</legend>
      <div className="grid items-start gap-3 sm:grid-cols-2">
        {fields.map(({ name, label, placeholder, isCode }) => (
          <TextField
            key={name}
            label={label}
            optional={name === 'description' || name === 'url'}
            spellCheck={!isCode}
            placeholder={placeholder}
            {...(isCode ? { className: 'font-mono text-sm' } : {})}
            value={secret[name] ?? ''}
            error={secret[name] ? faults.find(({ path }) => path[1] === name)?.message : undefined}
            onChange={({ target }) => onChange(changed(secret, name, target.value))}
          />
        ))}
      </div>
      {can.update ? (
        <div className="flex justify-end">
          <Button
            size="sm"
            look="quiet"
            onClick={onRemove}
            aria-label={`Ask for ${secret.name || `number ${number}`} no more`}
          >
            Remove
          </Button>
        </div>
      ) : null}
    </fieldset>
  )
}

/** What may be left out is left out where nothing is said. */
function changed(secret: CallerSecret, name: keyof CallerSecret, value: string): CallerSecret {
  if (name === 'name' || name === 'header' || value !== '') return { ...secret, [name]: value }
  const { [name]: _gone, ...rest } = secret
  return rest
}
