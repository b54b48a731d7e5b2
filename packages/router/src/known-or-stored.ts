import type { Context } from './context.ts'
import { sessionUnknown } from './refusal.ts'
import type { Session } from './sessions.ts'

/**
 * A session, whoever it belongs to: another router may have opened it, or moved it since. Throws
 * `unavailable` where Postgres would have to say and does not.
 */
export async function knownOrStored(
  { sessions, sessionStore, logger }: Context,
  serverId: string,
  id: string,
): Promise<Session | null> {
  const known = sessions.known(serverId, id)
  if (known) return known
  try {
    const session = await sessionStore.read({ serverId, id })
    if (session) return sessions.adopt(session)
    sessions.forget(serverId, id)
    return null
  } catch (error) {
    logger.warn({ error }, 'A session could not be looked up')
    throw sessionUnknown()
  }
}
