import { notFound } from '@moorage/access/principal'
import type { Server, Volume } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { audit, auditTeam } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'

/** How long a volume is kept that is no server's any more. */
export const keptMs = 7 * 24 * 3600 * 1000

/** Those of the team that no server has. */
export function keptVolumes(deps: Pick<Deps, 'db'>, teamId: string): Promise<Volume[]> {
  return deps.db.volume.findMany({
    where: { teamId, serverId: null },
    orderBy: { removedAt: 'desc' },
  })
}

/** Gives a kept one to a server that has none, which starts with it the next time. */
export async function attachVolume(
  deps: Pick<Deps, 'db' | 'events'>,
  server: Server,
  volumeId: string,
  actor: Actor,
): Promise<void> {
  if ((await deps.db.volume.count({ where: { serverId: server.id } })) > 0)
    throw new AppError('conflict', 'This server has a volume already.', {
      hint: 'Take that one away first.',
    })
  const { count } = await deps.db.volume.updateMany({
    where: { id: volumeId, teamId: server.teamId, serverId: null },
    data: { serverId: server.id, removedAt: null },
  })
  if (count === 0) throw notFound('kept volume')
  await audit(deps, actor, 'volume.attach', server, { volumeId })
  await deps.events.publish({ type: 'server', serverId: server.id })
}

/** For good, with its backups. Only one that no server has. */
export async function destroyVolume(
  deps: Pick<Deps, 'db'>,
  input: { teamId: string; volumeId: string },
  actor: Actor,
): Promise<void> {
  const where = { id: input.volumeId, teamId: input.teamId, serverId: null }
  const volume = await deps.db.volume.findFirst({ where })
  if (!volume || (await deps.db.volume.deleteMany({ where })).count === 0)
    throw notFound('kept volume')
  const about = { teamId: input.teamId, target: volume.madeFor }
  await auditTeam(deps, actor, 'volume.destroy', about, { volumeId: volume.id })
}

/** What the sweep does when the time is over. The engine's volumes end as orphans do. */
export async function removeExpiredVolumes(deps: Pick<Deps, 'db'>, now = Date.now()) {
  await deps.db.volume.deleteMany({
    where: { serverId: null, removedAt: { lt: new Date(now - keptMs) } },
  })
}
