import type { Context } from './context.ts'
import type { Exchange } from './exchange.ts'
import { newSession, type Session } from './sessions.ts'
import type { InstanceEntry } from './table.ts'

/** What a response says of the session: it began, or the client has ended it. */
export function noteResponse(
  context: Context,
  exchange: Exchange,
  instance: InstanceEntry,
  status: number,
  sessionId: string | null,
): void {
  const { server, principal, session, message, req } = exchange
  if (session) {
    if (req.method === 'DELETE' && status < 300) context.sessions.remove(session)
    return
  }
  // The id is minted behind us, so only this answer ties it to instance and principal.
  if (!server || !principal || sessionId === null || status >= 300) return
  context.sessions.open(
    newSession({
      serverId: server.id,
      id: sessionId,
      principal,
      instance,
      initialize: message?.initialize ?? null,
      client: message?.client ?? null,
      protocol: message?.protocol ?? null,
    }),
  )
}

const maxQuestions = 100

/** The instance waits for the client's answer, which comes as a request of its own. */
export function noteQuestion(
  session: Session | null,
  id: string | number,
  instanceId: string,
): void {
  if (!session || session.asked.has(id)) return
  session.asked.set(id, instanceId)
  const [oldest] = session.asked.keys()
  if (session.asked.size > maxQuestions && oldest !== undefined) session.asked.delete(oldest)
}
