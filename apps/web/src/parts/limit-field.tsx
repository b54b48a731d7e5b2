import type { ComponentProps, ReactNode } from 'react'
import { TextField } from './field.tsx'

/** A whole number, or nothing: no limit. */
export function LimitField(
  props: ComponentProps<'input'> & { label: ReactNode; hint?: ReactNode },
) {
  return (
    <TextField
      type="number"
      inputMode="numeric"
      min={1}
      max={1_000_000_000}
      step={1}
      placeholder="no limit"
      className="num"
      {...props}
    />
  )
}

/** What is typed into it, as the API takes it. */
export function limitOf(text: string): number | null {
  return text === '' ? null : Number(text)
}

export function limitText(limit: number | null): string {
  return limit === null ? '' : String(limit)
}
