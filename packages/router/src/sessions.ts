import type { Principal } from './authenticate.ts'
import type { InstanceEntry } from './table.ts'

/** Where a session lives. */
export type Home = {
  instanceId: string
  /** The instance's `restarts` when the session began there. */
  restarts: number
  /** What the instance calls the session. Null: it keeps none, so it is sent no id. */
  upstreamId: string | null
}

/** A legacy MCP session. The client knows it by `id` for good. */
export type Session = {
  serverId: string
  id: string
  principalId: string
  home: Home
  /** Where it was before it was opened again: what is under way there still needs answers. */
  former: Home | null
  /** The client's own initialize request; null where it was not seen, and cannot be sent again. */
  initialize: unknown
  client: { name: string; version: string } | null
  protocol: string | null
  createdAtMs: number
  seenAtMs: number
  /** Requests in flight by instance, not counting streams for notifications. */
  inFlight: Map<string, number>
  /** Questions of the server's to the client (sampling, elicitation, roots), by the instance that waits. */
  asked: Map<string | number, string>
  /** Opened again since, so the client's Last-Event-ID is another instance's. */
  dropLastEventId: boolean
  reopening: Promise<void> | null
}

/** Told of every change, to write it down behind the requests. */
export type SessionChanges = {
  changed(session: Session): void
  removed(session: Session): void
}

export type Sessions = {
  /** Undefined for an unknown one, and for one of another principal alike. */
  find(serverId: string, id: string, principal: Principal): Session | undefined
  open(session: Session): void
  /** It moved to another instance. */
  changed(session: Session): void
  touch(session: Session): void
  remove(session: Session): void
  /** Forgets what was not used for long. */
  sweep(): void
  all(): Iterable<Session>
  size(): number
}

const touchMs = 60_000

export function createSessions(
  limits: { sessions: number; sessionIdleMs: number },
  changes: SessionChanges,
): Sessions {
  // In the order of last use, so that the first is the one to go.
  const sessions = new Map<string, Session>()

  function remove(session: Session): void {
    if (sessions.delete(sessionKey(session.serverId, session.id))) changes.removed(session)
  }

  return {
    find: (serverId, id, principal) => {
      const session = sessions.get(sessionKey(serverId, id))
      return session?.principalId === principal.id ? session : undefined
    },
    open: (session) => {
      sessions.set(sessionKey(session.serverId, session.id), session)
      changes.changed(session)
      const [oldest] = sessions.values()
      if (sessions.size > limits.sessions && oldest) remove(oldest)
    },
    changed: changes.changed,
    touch: (session) => {
      const key = sessionKey(session.serverId, session.id)
      const now = Date.now()
      if (!sessions.delete(key)) return
      sessions.set(key, session)
      if (now - session.seenAtMs < touchMs) return
      session.seenAtMs = now
      changes.changed(session)
    },
    remove,
    sweep: () => {
      const before = Date.now() - limits.sessionIdleMs
      for (const session of sessions.values())
        if (session.seenAtMs < before && session.inFlight.size === 0) remove(session)
    },
    all: () => sessions.values(),
    size: () => sessions.size,
  }
}

export function newSession(from: {
  serverId: string
  id: string
  principal: Principal
  instance: InstanceEntry
  initialize: unknown
  client: Session['client']
  protocol: string | null
}): Session {
  const { principal, instance, ...rest } = from
  const now = Date.now()
  return {
    ...rest,
    principalId: principal.id,
    home: { instanceId: instance.id, restarts: instance.restarts, upstreamId: from.id },
    former: null,
    createdAtMs: now,
    seenAtMs: now,
    inFlight: new Map(),
    asked: new Map(),
    dropLastEventId: false,
    reopening: null,
  }
}

function sessionKey(serverId: string, id: string): string {
  return `${serverId} ${id}`
}
