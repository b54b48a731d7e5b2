import {
  claimDelivery,
  processDelivery,
  tidyDeliveries,
} from '@moorage/deployments/webhooks/process-delivery'
import type { Builder } from './context.ts'
import { createRepositoryLook } from './repository-look.ts'

/** A forge that is slow to answer holds up no other. */
const atOnce = 4

export type WebhookDeliveries = {
  /** Does what waits; called again while it works, it looks once more. */
  work(): void
  /** For the sweep: what an event was lost of, and what is too old. */
  tend(): Promise<void>
  /** Resolves when nothing is under way. */
  settled(): Promise<void>
}

/** Does what forges have told the webhooks of servers. */
export function createWebhookDeliveries(builder: Builder): WebhookDeliveries {
  const deps = { ...builder.deps, look: createRepositoryLook(builder) }
  const working = new Set<Promise<void>>()

  async function workOff(): Promise<void> {
    while (!builder.stopping.aborted) {
      const delivery = await claimDelivery(deps)
      if (!delivery) return
      const result = await processDelivery(deps, delivery)
      builder.log.info({ deliveryId: delivery.id, result }, 'a webhook was followed')
    }
  }

  function work(): void {
    if (working.size >= atOnce || builder.stopping.aborted) return
    const done = workOff()
      .catch((error: unknown) => builder.log.error({ error }, 'a webhook could not be followed'))
      .finally(() => working.delete(done))
    working.add(done)
  }

  return {
    work,
    tend: async () => {
      work()
      await tidyDeliveries(deps)
    },
    settled: async () => {
      await Promise.all(working)
    },
  }
}
