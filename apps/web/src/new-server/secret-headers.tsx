'use client'
import { Plus, X } from 'lucide-react'
import { Button } from '../parts/button.tsx'
import { inputClass } from '../parts/field.tsx'

export type HeaderRow = {
  id: number
  name: string
  value: string
  /** What stands in the settings already, and counts while no value is typed. */
  kept?: string
}

/** Headers whose values are secrets: they are kept as variables, never with the settings. */
export function SecretHeaders({
  rows,
  onChange,
  hint,
}: {
  rows: HeaderRow[]
  onChange: (rows: HeaderRow[]) => void
  hint: string
}) {
  const change = (id: number, part: Partial<HeaderRow>) =>
    onChange(rows.map((row) => (row.id === id ? { ...row, ...part } : row)))
  const nextId = Math.max(0, ...rows.map(({ id }) => id)) + 1
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">
        Headers<span className="font-normal text-faint"> · optional</span>
      </legend>
      {rows.map((row, index) => (
        <div key={row.id} className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto] gap-2">
          <input
            aria-label={`Name of header ${index + 1}`}
            className={`${inputClass} font-mono text-sm`}
            placeholder="Authorization"
            spellCheck={false}
            autoComplete="off"
            value={row.name}
            onChange={(event) => change(row.id, { name: event.target.value })}
          />
          <input
            aria-label={`Value of header ${index + 1}`}
            className={`${inputClass} font-mono text-sm`}
            placeholder={row.kept === undefined ? 'Bearer …' : 'unchanged'}
            type="password"
            autoComplete="off"
            value={row.value}
            onChange={(event) => change(row.id, { value: event.target.value })}
          />
          <button
            type="button"
            aria-label={`Remove header ${index + 1}`}
            onClick={() => onChange(rows.filter(({ id }) => id !== row.id))}
            className="grid size-8 place-items-center rounded-md text-faint hover:bg-hover hover:text-failed"
          >
            <X className="size-3.5" />
          </button>
        </div>
      ))}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button size="sm" onClick={() => onChange([...rows, { id: nextId, name: '', value: '' }])}>
          <Plus />
          Add a header
        </Button>
        <p className="text-sm text-muted">{hint}</p>
      </div>
    </fieldset>
  )
}

/** Headers of settings as rows, with values that nobody sees again. */
export function headerRows(headers: Record<string, string> = {}): HeaderRow[] {
  return Object.entries(headers).map(([name, kept], index) => ({
    id: index + 1,
    name,
    value: '',
    kept,
  }))
}

/** Headers that name variables, and the variables with their values. */
export function headersAndEnv(rows: HeaderRow[]): {
  headers: Record<string, string>
  env: Record<string, string>
} {
  const named = rows.flatMap(({ name, value, kept }) => {
    if (!name.trim() || !(value || kept)) return []
    return { name: name.trim(), value, kept, variable: variableOf(name) }
  })
  const typed = named.filter(({ value }) => value)
  return {
    headers: Object.fromEntries(
      named.map(({ name, value, kept, variable }) => [
        name,
        value || kept === undefined ? `\${${variable}}` : kept,
      ]),
    ),
    env: Object.fromEntries(typed.map(({ variable, value }) => [variable, value])),
  }
}

function variableOf(name: string): string {
  return name
    .trim()
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')
}
