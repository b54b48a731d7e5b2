import { AppError } from '@moorage/domain/error'
import type { Deps } from '../deps.ts'

/** Does once more what a delivery that is over asked for; what is deployed already stays as it is. */
export async function redeliver(
  deps: Pick<Deps, 'db' | 'events'>,
  { serverId, id }: { serverId: string; id: string },
): Promise<void> {
  const { count } = await deps.db.webhookDelivery.updateMany({
    where: { id, serverId, status: { in: ['done', 'failed'] }, payload: { not: '' } },
    data: { status: 'waiting', result: [], finishedAt: null },
  })
  if (count === 1) return deps.events.publish({ type: 'delivery', serverId })
  const row = await deps.db.webhookDelivery.findFirst({ where: { id, serverId } })
  if (!row) throw new AppError('not_found', 'This server has no such delivery.')
  throw new AppError('conflict', 'This delivery waits already, or is too old to have its payload.')
}
