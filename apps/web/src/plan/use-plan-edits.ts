'use client'
import type { Settings } from '@moorage/build-plan/settings'
import { useState } from 'react'
import { type FieldKey, fieldText, fieldValue, planFields } from './plan-fields.ts'

export type PlanEdits = {
  /** What is set for a field, as text; undefined where it is left to the plan. */
  text: (key: FieldKey) => string | undefined
  set: (key: FieldKey, text: string) => void
  reset: (key: FieldKey) => void
  fault: (key: FieldKey) => string | undefined
  isValid: boolean
  isChanged: boolean
  /** `settings` with what was changed; fields that are at fault stay as they were. */
  settings: Settings
}

/** What a person changes about a plan, over the settings that there are already. */
export function usePlanEdits(before: Settings): PlanEdits {
  const [texts, setTexts] = useState<Partial<Record<FieldKey, string>>>({})
  const results = planFields.flatMap(({ key }) => {
    const text = texts[key]
    return text === undefined ? [] : [{ key, ...fieldValue(key, text) }]
  })
  const faults = new Map(results.flatMap((it) => ('fault' in it ? [[it.key, it.fault]] : [])))
  const changes = results.flatMap((it) => ('value' in it ? [[it.key, it.value]] : []))
  const set = (key: FieldKey, text: string) => setTexts((now) => ({ ...now, [key]: text }))
  return {
    text: (key) =>
      texts[key] ?? (before[key] === undefined ? undefined : fieldText(before[key], key)),
    set,
    // Back to the plan: an empty text where something was set before, else as if never touched.
    reset: (key) =>
      before[key] === undefined ? setTexts(({ [key]: _, ...rest }) => rest) : set(key, ''),
    fault: (key) => faults.get(key),
    isValid: faults.size === 0,
    isChanged: Object.keys(texts).length > 0,
    settings: { ...before, ...Object.fromEntries(changes) },
  }
}
