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
  const { id: serverId, teamId, slug: target } = server
  await auditTeam(deps, actor, action, { teamId, target }, { serverId, ...detail })
}

/** One row for what somebody did to a team; `target` says to what of it. */
export async function auditTeam(
  deps: { db: Pick<Deps['db'], 'auditEvent'> },
  actor: Actor,
  action: string,
  about: { teamId: string; target: string },
  detail: Record<string, string | number | boolean | null> = {},
): Promise<void> {
  const { id: actorId, name: actorName } = actor
  await deps.db.auditEvent.create({
    data: { id: newId('evt'), ...about, actorId, actorName, action, detail },
  })
}
