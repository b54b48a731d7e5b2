import type { Server, Volume } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { checkVolumePath } from '@moorage/domain/volume-path'
import { audit } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'

export type VolumeChange = {
  path?: string | undefined
  /** Null: nobody is told, however much it holds. */
  maxBytes?: bigint | null | undefined
  backupDaily?: boolean | undefined
}

/**
 * Gives the server a volume, or changes what is named. Instances have it from their next start on.
 * Throws `bad_input` for a path at which a container cannot have one.
 */
export async function setVolume(
  deps: Pick<Deps, 'db' | 'events'>,
  server: Server,
  change: VolumeChange,
  actor: Actor,
): Promise<Volume> {
  const { path = '/data', ...rest } = change
  const said = {
    ...(change.path !== undefined && { path: checkVolumePath(change.path) }),
    ...(rest.maxBytes !== undefined && { maxBytes: rest.maxBytes }),
    ...(rest.backupDaily !== undefined && { backupDaily: rest.backupDaily }),
  }
  const { id: serverId, teamId, slug: madeFor } = server
  const volume = await deps.db.volume.upsert({
    where: { serverId },
    create: { id: newId('vol'), serverId, teamId, madeFor, path: checkVolumePath(path), ...said },
    update: said,
  })
  await audit(deps, actor, 'volume.set', server, { path: volume.path })
  await deps.events.publish({ type: 'server', serverId })
  return volume
}

/** Takes it away from the server, from its next start on. It is kept, as that of a removed server is. */
export async function detachVolume(
  deps: Pick<Deps, 'db' | 'events'>,
  server: Server,
  actor: Actor,
): Promise<void> {
  const { count } = await deps.db.volume.updateMany({
    where: { serverId: server.id },
    data: { serverId: null, removedAt: new Date() },
  })
  if (count === 0)
    throw new AppError('not_found', 'This server has no volume.', {
      hint: 'Give it one under Settings, or: moorage volume set',
    })
  await audit(deps, actor, 'volume.detach', server)
  await deps.events.publish({ type: 'server', serverId: server.id })
}
