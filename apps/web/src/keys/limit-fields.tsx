'use client'
import type { KeyLimits } from '@moorage/domain/routing'
import { LimitField } from '../parts/limit-field.tsx'

export type LimitDraft = Record<keyof KeyLimits, string>

/** How much may be called with a key. */
export function LimitFields({
  value,
  onChange,
}: {
  value: LimitDraft
  onChange: (value: LimitDraft) => void
}) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <LimitField
        label="Calls a minute"
        value={value.callsPerMinute}
        onChange={(event) => onChange({ ...value, callsPerMinute: event.target.value })}
      />
      <LimitField
        label="Calls at once"
        value={value.concurrentCalls}
        onChange={(event) => onChange({ ...value, concurrentCalls: event.target.value })}
      />
    </div>
  )
}
