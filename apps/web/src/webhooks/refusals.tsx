import type { RefusalView } from '@moorage/deployments/webhooks/refusals'
import { Card } from '../parts/card.tsx'
import { Time } from '../parts/time.tsx'

/** Why deliveries were refused, newest first; nothing of what they held is kept. */
export function Refusals({ refusals }: { refusals: RefusalView[] }) {
  if (refusals.length === 0) return null
  return (
    <Card title="Refused" flush>
      <ul className="text-sm">
        {refusals.map(({ why, count, lastAt }) => (
          <li
            key={why}
            className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-t px-4 py-3 first:border-t-0"
          >
            <span className="min-w-0 flex-1 basis-60 break-words">{why}</span>
            <span className="num text-xs whitespace-nowrap text-faint">
              {count === 1 ? 'once' : `${count} times`}, last <Time at={lastAt} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
