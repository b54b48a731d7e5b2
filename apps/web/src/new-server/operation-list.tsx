'use client'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { inputClass } from '../parts/field.tsx'
import type { Operation } from './read-openapi.ts'

/** Which operations become tools, by their keys, and what those are called instead. */
export type OperationChoice = { left: ReadonlySet<string>; names: Readonly<Record<string, string>> }

export const everyOperation: OperationChoice = { left: new Set(), names: {} }

/** The operations of a document: each may be left out or get another name. */
export function OperationList({
  operations,
  choice,
  onChange,
}: {
  operations: Operation[]
  choice: OperationChoice
  onChange: (choice: OperationChoice) => void
}) {
  const [search, setSearch] = useState('')
  const wanted = search.trim().toLowerCase()
  const shown = operations.filter(({ key, method, path, summary }) =>
    `${key} ${method} ${path} ${summary}`.toLowerCase().includes(wanted),
  )
  const count = operations.filter(({ key }) => !choice.left.has(key)).length
  const setAll = (keys: string[], isIn: boolean) => {
    const left = new Set(choice.left)
    for (const key of keys) isIn ? left.delete(key) : left.add(key)
    onChange({ ...choice, left })
  }
  const keys = shown.map(({ key }) => key)
  return (
    <Card
      title={`${count} of ${operations.length} operations become tools`}
      aside={
        <span className="flex gap-1.5">
          <Button size="sm" look="quiet" onClick={() => setAll(keys, true)}>
            {wanted ? 'Take these' : 'All'}
          </Button>
          <Button size="sm" look="quiet" onClick={() => setAll(keys, false)}>
            {wanted ? 'Leave these' : 'None'}
          </Button>
        </span>
      }
      flush
    >
      {operations.length > 8 ? (
        <label className="flex items-center gap-2 border-b px-4 py-1.5">
          <Search className="size-3.5 text-faint" aria-hidden="true" />
          <span className="sr-only">Search operations</span>
          <input
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            placeholder="Search"
            className="h-8 w-full bg-transparent outline-none"
          />
        </label>
      ) : null}
      <ul className="max-h-96 overflow-y-auto">
        {shown.map((operation) => (
          <OperationRow
            key={`${operation.method} ${operation.path}`}
            operation={operation}
            isIn={!choice.left.has(operation.key)}
            name={choice.names[operation.key] ?? ''}
            onIn={(isIn) => setAll([operation.key], isIn)}
            onName={(name) =>
              onChange({ ...choice, names: { ...choice.names, [operation.key]: name } })
            }
          />
        ))}
      </ul>
      {shown.length === 0 ? (
        <p className="p-4 text-sm text-muted">No operation is like that.</p>
      ) : null}
    </Card>
  )
}

function OperationRow({
  operation,
  isIn,
  name,
  onIn,
  onName,
}: {
  operation: Operation
  isIn: boolean
  name: string
  onIn: (isIn: boolean) => void
  onName: (name: string) => void
}) {
  const { key, method, path, summary } = operation
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)] items-start gap-x-3 gap-y-1.5 border-t px-4 py-2 text-sm first:border-t-0 sm:grid-cols-[auto_minmax(0,1fr)_13rem]">
      <input
        type="checkbox"
        aria-label={`${method} ${path}`}
        checked={isIn}
        onChange={(event) => onIn(event.target.checked)}
        className="mt-1 size-4 accent-accent"
      />
      <div className={`min-w-0 ${isIn ? '' : 'text-faint'}`}>
        <p className="truncate font-mono" title={`${method} ${path}`}>
          <span className="text-muted">{method}</span> {path}
        </p>
        {summary ? (
          <p className="truncate text-xs text-faint" title={summary}>
            {summary}
          </p>
        ) : null}
      </div>
      <input
        aria-label={`Tool name of ${method} ${path}`}
        value={name}
        disabled={!isIn}
        onChange={(event) => onName(event.target.value)}
        placeholder={toolName(key)}
        spellCheck={false}
        className={`${inputClass} font-mono text-sm max-sm:col-start-2`}
      />
    </li>
  )
}

/** As it would be called without another name, roughly: the launcher has the last word. */
function toolName(key: string): string {
  return key.replace(/\W+/g, '_').replace(/^_|_$/g, '')
}
