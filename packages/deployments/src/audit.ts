import type { Server } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import type { Actor, Deps } from './deps.ts'

/** One row for what somebody did to a server. */
export async function audit(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  action: string,
  server: Pick<Server, 'id' | 'teamId' | 'slug'>,
  detail: Record<string, string | number | boolean | null> = {},
): Promise<void> {
  await deps.db.auditEvent.create({
    data: {
      id: newId('evt'),
      teamId: server.teamId,
      actorId: actor.id,
      actorName: actor.name,
      action,
      target: server.slug,
      detail: { serverId: server.id, ...detail },
    },
  })
}
