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
  /** What the client asked of the session since, to be asked again of the next instance. */
  replay: { logLevel: string | null; resources: Set<string> }
  client: { name: string; version: string } | null
  protocol: string | null
  createdAtMs: number
  seenAtMs: number
  /** Requests in flight by instance, not counting streams for notifications. */
  inFlight: Map<string, number>
  /** Questions of the server's to the client (sampling, elicitation, roots), and where the answer is waited for. */
  asked: Map<string | number, Home>
  /** For HTTP+SSE (endpoints.ts): requests whose answers are still to come on its stream. Else null. */
  pending: Set<string | number> | null
  /** Opened again since, so the client's Last-Event-ID is another instance's. */
  dropLastEventId: boolean
  reopening: Promise<void> | null
  /** Another router has moved or ended it: to be read again before it is used. */
  isStale: boolean
}

/** Told of every change, to write it down behind the requests. */
export type SessionChanges = {
  changed(session: Session): void
  touched(session: Session): void
  removed(session: Session): void
}

export type Sessions = {
  /** Whoever asks. Undefined for one that this router has not heard of, or has to read again. */
  known(serverId: string, id: string): Session | undefined
  open(session: Session): void
  /** As Postgres has it: takes it in, or brings the one that is known up to date. */
  adopt(session: Session): Session
  /** To another instance; it is up to the caller to write it down. */
  move(session: Session, home: Home): void
  /** What it asks of the server changed. */
  changed(session: Session): void
  touch(session: Session): void
  markStale(serverId: string, id: string): void
  /** Ended: for every router. */
  remove(session: Session): void
  /** Ended by another router. */
  forget(serverId: string, id: string): void
  /** Lets go of what was not used for long, here: another router may have used it. */
  sweep(): void
  /** Instances that are home to any. */
  homes(): Iterable<string>
  /** How many an instance is home to. */
  at(instanceId: string): number
  size(): number
}

/** Before the token of an HTTP+SSE endpoint, so that no client names one by header. */
export const endpointPrefix = 'sse '

const touchMs = 60_000

export function createSessions(
  limits: { sessions: number; sessionIdleMs: number },
  changes: SessionChanges,
): Sessions {
  // In the order of last use, so that the first is the one to go.
  const sessions = new Map<string, Session>()
  const perHome = new Map<string, number>()

  function count(session: Session, by: 1 | -1): void {
    const { instanceId } = session.home
    const left = (perHome.get(instanceId) ?? 0) + by
    if (left > 0) perHome.set(instanceId, left)
    else perHome.delete(instanceId)
  }

  function put(session: Session): void {
    const key = sessionKey(session.serverId, session.id)
    const old = sessions.get(key)
    if (old) count(old, -1)
    sessions.set(key, session)
    count(session, 1)
    const [oldest] = sessions.values()
    if (sessions.size > limits.sessions && oldest) drop(oldest.serverId, oldest.id)
  }

  function drop(serverId: string, id: string): boolean {
    const key = sessionKey(serverId, id)
    const session = sessions.get(key)
    if (session) count(session, -1)
    return sessions.delete(key)
  }

  function remove(session: Session): void {
    if (drop(session.serverId, session.id)) changes.removed(session)
  }

  function move(session: Session, home: Home): void {
    const isKnown = sessions.get(sessionKey(session.serverId, session.id)) === session
    if (isKnown) count(session, -1)
    session.former = session.home
    session.home = home
    session.dropLastEventId = true
    if (isKnown) count(session, 1)
  }

  return {
    known: (serverId, id) => {
      const session = sessions.get(sessionKey(serverId, id))
      return session?.isStale ? undefined : session
    },
    open: (session) => {
      put(session)
      changes.changed(session)
    },
    adopt: (session) => {
      const old = sessions.get(sessionKey(session.serverId, session.id))
      if (!old) {
        put(session)
        return session
      }
      old.isStale = false
      old.replay = session.replay
      if (!isSameHome(old.home, session.home)) move(old, session.home)
      return old
    },
    move,
    changed: changes.changed,
    touch: (session) => {
      const key = sessionKey(session.serverId, session.id)
      const now = Date.now()
      if (!sessions.delete(key)) return
      sessions.set(key, session)
      if (now - session.seenAtMs < touchMs) return
      session.seenAtMs = now
      changes.touched(session)
    },
    markStale: (serverId, id) => {
      const session = sessions.get(sessionKey(serverId, id))
      if (session) session.isStale = true
    },
    remove,
    forget: drop,
    sweep: () => {
      const before = Date.now() - limits.sessionIdleMs
      for (const session of sessions.values())
        if (session.seenAtMs < before && session.inFlight.size === 0)
          drop(session.serverId, session.id)
    },
    homes: () => perHome.keys(),
    at: (instanceId) => perHome.get(instanceId) ?? 0,
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
    createdAtMs: now,
    seenAtMs: now,
    ...idleState(),
  }
}

/** Of a session with nothing under way. */
export function idleState(): Pick<
  Session,
  | 'former'
  | 'replay'
  | 'inFlight'
  | 'asked'
  | 'pending'
  | 'dropLastEventId'
  | 'reopening'
  | 'isStale'
> {
  return {
    former: null,
    replay: { logLevel: null, resources: new Set() },
    inFlight: new Map(),
    asked: new Map(),
    pending: null,
    dropLastEventId: false,
    reopening: null,
    isStale: false,
  }
}

export function isSameHome(a: Home, b: Home): boolean {
  return a.instanceId === b.instanceId && a.restarts === b.restarts && a.upstreamId === b.upstreamId
}

function sessionKey(serverId: string, id: string): string {
  return `${serverId} ${id}`
}
