import { errorTable, toAppError } from '@moorage/domain/error'
import type { Deps } from '../deps.ts'

/** Why a server's webhook has refused deliveries, and how often. */
export type RefusalView = { why: string; count: number; lastAt: Date }

const maxReasons = 20

/**
 * Counts a delivery that was refused, by its reason: who knows the address alone can add no more than
 * a row for each reason that there is, and nothing of what was sent is kept.
 */
export async function noteRefusal(
  { db }: Pick<Deps, 'db'>,
  serverId: string,
  thrown: unknown,
): Promise<void> {
  const { code, userMessage } = toAppError(thrown)
  if (errorTable[code].fault === 'platform') return
  const why = userMessage.slice(0, 200)
  const [lastAt, newest] = [new Date(), { orderBy: { lastAt: 'desc' } } as const]
  const { count } = await db.refusedDelivery.updateMany({
    where: { serverId, why },
    data: { count: { increment: 1 }, lastAt },
  })
  if (count > 0) return
  await db.refusedDelivery.createMany({ data: [{ serverId, why, lastAt }], skipDuplicates: true })
  const where = { serverId }
  const past = await db.refusedDelivery.findMany({ where, ...newest, skip: maxReasons })
  const whys = past.map((row) => row.why)
  await db.refusedDelivery.deleteMany({ where: { serverId, why: { in: whys } } })
}

export async function listRefusals(
  { db }: Pick<Deps, 'db'>,
  { serverId }: { serverId: string },
): Promise<RefusalView[]> {
  const rows = await db.refusedDelivery.findMany({
    where: { serverId },
    orderBy: { lastAt: 'desc' },
  })
  return rows.map(({ why, count, lastAt }) => ({ why, count, lastAt }))
}
