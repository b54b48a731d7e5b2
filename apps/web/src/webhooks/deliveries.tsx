'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Card } from '../parts/card.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import { DeliveryRow } from './delivery-row.tsx'
import { Refusals } from './refusals.tsx'

type Webhook = ApiOutputs['webhooks']['get']

const pollMs = 3_000

/** What was sent lately, newest first, with what came of it. */
export function Deliveries({ initial }: { initial: Webhook }) {
  const { server } = useLiveServer()
  const api = useTRPC()
  const { data } = useQuery(
    api.webhooks.get.queryOptions({ slug: server.slug }, { refetchInterval: pollMs }),
  )
  const { deliveries, refusals, hasSecret } = data ?? initial
  return (
    <>
      <Card title="Deliveries" flush>
        {deliveries.length > 0 ? (
          <ul aria-live="polite">
            {deliveries.map((delivery) => (
              <DeliveryRow key={delivery.id} delivery={delivery} />
            ))}
          </ul>
        ) : (
          <p className="p-4 text-sm text-muted">
            {hasSecret
              ? 'Nothing was sent yet. Push something, or let your forge send a test.'
              : 'Nothing was sent yet. Make a secret above and paste it into your forge.'}
          </p>
        )}
      </Card>
      <Refusals refusals={refusals} />
    </>
  )
}
