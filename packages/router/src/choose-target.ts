import type { Context } from './context.ts'
import type { Exchange } from './exchange.ts'
import { noInstance, sessionNotFound } from './refusal.ts'
import { reopenSession } from './reopen-session.ts'
import type { Session } from './sessions.ts'
import type { InstanceEntry, ServerEntry } from './table.ts'

/**
 * The instance for this request; the caller is in flight there from then on, and must leave it.
 * A session stays where it began for as long as it can; anything else goes to the least busy one.
 */
export async function chooseTarget(
  context: Context,
  exchange: Exchange,
  server: ServerEntry,
  pathAndQuery: string,
  avoid: InstanceEntry | null,
): Promise<InstanceEntry> {
  const session = exchange.session
  const home = session
    ? homeOf(context, server, session)
    : context.endpoints.instanceFor(server.id, pathAndQuery, exchange.principal)
  if (home && home !== avoid) {
    context.inFlight.enter(home.id)
    return home
  }
  if (session && (!server.reopenSessions || session.initialize === null)) {
    context.sessions.remove(session)
    throw sessionNotFound()
  }
  let instance = leastBusy(context, server, avoid)
  if (session) {
    await reopenSession(context, exchange, session, instance)
    // Another request of the session may have opened it, elsewhere.
    instance = context.table.instance(session.instanceId) ?? instance
  }
  context.inFlight.enter(instance.id)
  return instance
}

/** Where a session lives, or null where it has to be opened again. */
function homeOf(context: Context, server: ServerEntry, session: Session): InstanceEntry | null {
  const instance = context.table.instance(session.instanceId)
  if (!instance || instance.restarts !== session.restarts) return null
  if (instance.current || !server.reopenSessions) return instance
  // It drains. What is under way there may need this request, such as the answer to a question of
  // the server's; otherwise the session moves, so that the drain can end.
  return session.inFlight > 0 ? instance : null
}

function leastBusy(
  { inFlight }: Context,
  server: ServerEntry,
  avoid: InstanceEntry | null,
): InstanceEntry {
  const ready = server.instances.filter((instance) => instance.current)
  // The same id may be at a new address by now: that is worth a try.
  const fresh = ready.filter((one) => one.id !== avoid?.id || one.origin !== avoid.origin)
  const [first, ...rest] = fresh.length > 0 ? fresh : ready
  if (!first) throw noInstance(server.version !== null)
  return rest.reduce(
    (best, one) => (inFlight.at(one.id) < inFlight.at(best.id) ? one : best),
    first,
  )
}
