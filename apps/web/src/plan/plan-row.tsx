'use client'
import type { Reason } from '@moorage/build-plan/plan'
import { Undo2 } from 'lucide-react'
import { useId } from 'react'
import { Button } from '../parts/button.tsx'
import { inputClass } from '../parts/field.tsx'
import { Select } from '../parts/select.tsx'
import { leftAside, type PlanField } from './plan-fields.ts'
import type { PlanEdits } from './use-plan-edits.ts'

/** One choice: what was planned or is set, why, and the way back. */
export function PlanRow({
  field,
  planned,
  reasons,
  edits,
  disabled,
}: {
  field: PlanField
  planned: string | null
  reasons: Reason[]
  edits: PlanEdits
  disabled: boolean
}) {
  const id = useId()
  const { key, label } = field
  const own = edits.text(key)
  const isOwn = own !== undefined && own !== ''
  const fault = edits.fault(key)
  const change = (text: string) => (text === planned ? edits.reset(key) : edits.set(key, text))
  const set =
    own === leftAside ? 'the next deployment finds out the rest' : 'because it is set here'
  const why = isOwn ? [set] : reasons.map((it) => reasonText(it, planned))
  return (
    <div className="grid items-start gap-x-4 gap-y-1 border-t py-2.5 first:border-t-0 first:pt-0 sm:grid-cols-[9.5rem_minmax(0,1fr)]">
      <label htmlFor={id} id={`${id}-label`} className="text-sm text-muted sm:pt-1.5">
        {label}
      </label>
      <div className="grid min-w-0 gap-1">
        <div className="flex items-center gap-1.5">
          {key === 'transport' ? (
            <div className="min-w-0 flex-1">
              <Select
                label={label}
                hideLabel
                disabled={disabled}
                value={own || planned || ''}
                onChange={change}
                items={transports(isOwn || planned ? null : 'As it is found')}
              />
            </div>
          ) : (
            <input
              id={id}
              value={own ?? planned ?? ''}
              disabled={disabled || own === leftAside}
              spellCheck={false}
              autoComplete="off"
              placeholder={placeholderOf(field, planned, own)}
              onChange={(event) => change(event.target.value)}
              aria-invalid={fault ? true : undefined}
              aria-describedby={`${id}-note`}
              className={`${inputClass} font-mono text-sm ${isOwn ? 'border-accent' : ''}`}
            />
          )}
          {key === 'dockerfile' && own !== leftAside && !disabled ? (
            <Button onClick={() => change(leftAside)}>Leave aside</Button>
          ) : null}
          {isOwn && !disabled ? (
            <button
              type="button"
              title="Back to what is found"
              aria-label={`Reset ${label}`}
              onClick={() => edits.reset(key)}
              className="grid size-7 shrink-0 place-items-center rounded-md text-faint hover:bg-hover hover:text-text"
            >
              <Undo2 className="size-3.5" />
            </button>
          ) : null}
        </div>
        <div id={`${id}-note`} aria-live="polite" className="text-xs empty:hidden">
          {fault ? (
            <p className="text-failed">{fault}</p>
          ) : (
            why.map((text) => (
              <p key={text} className="break-words text-faint">
                {text}
              </p>
            ))
          )}
        </div>
      </div>
    </div>
  )
}

function placeholderOf(field: PlanField, planned: string | null, own: string | undefined): string {
  if (own === '') return 'what is found at the next deployment'
  if (planned === null) return 'set by Moorage; type here to replace it'
  return field.placeholder ? `none, such as ${field.placeholder}` : ''
}

function transports(unset: string | null) {
  return [
    ...(unset ? [{ value: '', label: unset }] : []),
    { value: 'streamable-http', label: 'Streamable HTTP' },
    { value: 'sse', label: 'HTTP with SSE, the old kind' },
    { value: 'stdio', label: 'stdio: Moorage puts a bridge in front' },
  ]
}

/** With what it is about, where the field does not show that already. */
function reasonText({ choice, value, because }: Reason, planned: string | null): string {
  return value === planned ? `because ${because}` : `${choice} ${value}, because ${because}`
}
