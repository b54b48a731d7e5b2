import type { DeliveryStatus, WebhookDelivery } from '@moorage/db/client'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { type Outcome, outcomeSchema } from './follow-event.ts'

/** A delivery of a forge, as people and machines see it. */
export type DeliveryView = {
  id: string
  forge: string
  event: string
  /** The forge's own id of it. */
  deliveryId: string
  status: DeliveryStatus
  result: Outcome[]
  receivedAt: Date
  finishedAt: Date | null
  /** Is its payload kept still, so that it can be done once more? */
  canRedeliver: boolean
}

const maxListed = 50

/** The newest ones of a server, newest first. */
export async function listDeliveries(
  { db }: Pick<Deps, 'db'>,
  { serverId }: { serverId: string },
): Promise<DeliveryView[]> {
  const rows = await db.webhookDelivery.findMany({
    where: { serverId },
    orderBy: { receivedAt: 'desc' },
    take: maxListed,
  })
  return rows.map(deliveryView)
}

/** What the forge sent, or null where it is not kept any more, or is another server's. */
export async function readPayload(
  { db }: Pick<Deps, 'db'>,
  { serverId, id }: { serverId: string; id: string },
): Promise<string | null> {
  const row = await db.webhookDelivery.findFirst({ where: { id, serverId } })
  return row?.payload || null
}

function deliveryView(row: WebhookDelivery): DeliveryView {
  const { id, forge, event, deliveryId, status, receivedAt, finishedAt, payload } = row
  const result = z.array(outcomeSchema).safeParse(row.result).data ?? []
  const canRedeliver = payload !== '' && (status === 'done' || status === 'failed')
  return { id, forge, event, deliveryId, status, receivedAt, finishedAt, result, canRedeliver }
}
