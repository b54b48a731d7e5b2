import type { Db } from '@moorage/db/client'

const hourMs = 3_600_000
const maxSteps = 200

/**
 * The steps of clients towards tokens for a server within the last hour. A registration names no
 * server: it is shown where the same client, or one at the same address, then came for this one.
 */
export async function listSteps({ db }: { db: Db }, serverId: string) {
  const at = { gte: new Date(Date.now() - hourMs) }
  const own = await db.oauthEvent.findMany({
    where: { serverId, at },
    select: { clientId: true, address: true },
    distinct: ['clientId', 'address'],
  })
  const clientIds = own.flatMap(({ clientId }) => clientId ?? [])
  const addresses = own.flatMap(({ address }) => address || [])
  const rows = await db.oauthEvent.findMany({
    where: {
      at,
      OR: [
        { serverId },
        { serverId: null, clientId: { in: clientIds } },
        { serverId: null, clientId: null, address: { in: addresses } },
      ],
    },
    orderBy: { id: 'desc' },
    take: maxSteps,
  })
  return rows.map(({ id, serverId: _server, ...row }) => ({ id: String(id), ...row }))
}
