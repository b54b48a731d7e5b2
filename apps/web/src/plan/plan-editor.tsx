'use client'
import type { BuildPlan } from '@moorage/build-plan/plan'
import type { Settings } from '@moorage/build-plan/settings'
import { ChevronRight } from 'lucide-react'
import { PlanDetails } from './plan-details.tsx'
import { type FieldKey, type PlanField, planFields } from './plan-fields.ts'
import { PlanRow } from './plan-row.tsx'
import { Reasons } from './reasons.tsx'
import type { PlanEdits } from './use-plan-edits.ts'

/**
 * A plan with the reason for every choice, each open to change. Without a plan every choice is
 * open. `settled` is what the plan was made with: of those fields nobody knows what would be found.
 */
export function PlanEditor({
  plan,
  edits,
  settled = {},
  without = [],
  disabled = false,
}: {
  plan: BuildPlan | null
  edits: PlanEdits
  settled?: Settings
  /** Fields that are asked for elsewhere on the page. */
  without?: FieldKey[]
  disabled?: boolean
}) {
  const transport = edits.settings.transport ?? plan?.transport
  const fields = planFields.filter(({ fits, key }) => {
    if (without.includes(key)) return false
    if (settled[key] !== undefined) return true
    return plan === null || transport === undefined || fits({ ...plan, transport })
  })
  const planned = ({ key, planned: text }: PlanField) =>
    plan && settled[key] === undefined ? text(plan) : ''
  const isChosen = (field: PlanField) =>
    plan === null || planned(field) !== '' || settled[field.key] !== undefined
  const others = plan?.reasons.filter(({ choice }) => !fields.some((it) => it.choice.test(choice)))
  const row = (field: PlanField) => (
    <PlanRow
      key={field.key}
      field={field}
      planned={planned(field)}
      reasons={plan?.reasons.filter(({ choice }) => field.choice.test(choice)) ?? []}
      edits={edits}
      disabled={disabled}
    />
  )
  const unused = fields.filter((field) => !isChosen(field))
  return (
    <div className="grid gap-4">
      <div>{fields.filter(isChosen).map(row)}</div>
      {others && others.length > 0 ? (
        <div className="sm:pl-[10.5rem]">
          <Reasons reasons={others} />
        </div>
      ) : null}
      {unused.length > 0 ? (
        <details className="group border-t pt-3 text-sm">
          <summary className="flex items-center gap-1 rounded-sm text-muted hover:text-text">
            <ChevronRight className="size-3.5 shrink-0 text-faint transition-transform duration-150 group-open:rotate-90" />
            More to set: {unused.map(({ label }) => label.toLowerCase()).join(', ')}
          </summary>
          <div className="mt-3">{unused.map(row)}</div>
        </details>
      ) : null}
      {plan ? <PlanDetails plan={plan} /> : null}
    </div>
  )
}
