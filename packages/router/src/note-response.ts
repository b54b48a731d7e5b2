import type { Context } from './context.ts'
import type { Exchange } from './exchange.ts'
import type { RpcMessage } from './rpc-message.ts'
import { newSession, type Session } from './sessions.ts'
import type { InstanceEntry } from './table.ts'

/** There are many sessions: a longer one is not kept, so its session not opened again elsewhere. */
const maxInitializeBytes = 16 * 1024

/**
 * What a response says of the session: it began, or the client has ended it, or asked something of
 * it that lasts. Null, or what to wait for before the client gets the response: the session is
 * written down first, as the client's next request may come to another router.
 */
export function noteResponse(
  context: Context,
  exchange: Exchange,
  instance: InstanceEntry,
  status: number,
  sessionId: string | null,
): Promise<void> | null {
  const { server, principal, session, message, req } = exchange
  if (status >= 300) return null
  if (session) {
    if (req.method === 'DELETE') context.sessions.remove(session)
    else if (message && noteLasting(session, message)) context.sessions.changed(session)
    return null
  }
  // The id is minted behind us, so only this answer ties it to instance and principal.
  if (!server || !principal || sessionId === null) return null
  const said = exchange.requestBytes <= maxInitializeBytes ? message : null
  context.sessions.open(
    newSession({
      serverId: server.id,
      id: sessionId,
      principal,
      instance,
      initialize: said?.initialize ?? null,
      client: said?.client ?? null,
      protocol: said?.protocol ?? null,
    }),
  )
  return context.sessionStore.written()
}

const maxResources = 100
const maxUriLength = 2_048

/** What the next instance has to be asked again: the log level, and which resources to watch. */
function noteLasting({ replay }: Session, { method, target, level }: RpcMessage): boolean {
  if (method === 'logging/setLevel' && level !== null) replay.logLevel = level
  else if (method === 'resources/unsubscribe' && target !== null) replay.resources.delete(target)
  else if (method === 'resources/subscribe' && target !== null) {
    if (target.length > maxUriLength || replay.resources.size >= maxResources) return false
    replay.resources.add(target)
  } else return false
  return true
}

const maxQuestions = 100

/**
 * The instance waits for the client's answer, which comes as a request of its own, and may come to
 * another router: so the client gets the question when that is written down. Null: nothing to wait for.
 */
export function noteQuestion(
  { sessionStore }: Context,
  session: Session | null,
  id: string | number,
  { id: instanceId }: InstanceEntry,
): Promise<void> | null {
  const homes = session ? [session.home, session.former] : []
  const home = homes.find((one) => one?.instanceId === instanceId)
  if (!session || !home || session.asked.get(id) === home) return null
  // Each instance counts for itself, so an id may come again; the latest to ask is the one that waits.
  session.asked.delete(id)
  session.asked.set(id, home)
  const [oldest] = session.asked.keys()
  if (session.asked.size > maxQuestions && oldest !== undefined) session.asked.delete(oldest)
  return sessionStore.asked(session, { id, home })
}
