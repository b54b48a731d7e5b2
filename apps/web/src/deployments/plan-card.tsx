import type { DeploymentView } from '@moorage/deployments/views'
import { Card } from '../parts/card.tsx'
import { PlanDetails } from '../plan/plan-details.tsx'
import { Reasons } from '../plan/reasons.tsx'

/** How it was built and started, and why so. */
export function PlanCard({ plan }: { plan: NonNullable<DeploymentView['plan']> }) {
  return (
    <Card title="Plan" aside={<span className="text-sm text-muted">{plan.flavor}</span>}>
      <div className="grid gap-3">
        {plan.reasons.length > 0 ? <Reasons reasons={plan.reasons} /> : null}
        <PlanDetails plan={plan} />
      </div>
    </Card>
  )
}
