import { toAppError } from '@moorage/domain/error'
import type { Context } from './context.ts'
import type { Exchange } from './exchange.ts'
import { sessionNotFound } from './refusal.ts'
import { createSessionCalls, type SessionCalls } from './session-calls.ts'
import { type Home, isSameHome, type Session } from './sessions.ts'
import type { InstanceEntry } from './table.ts'

/**
 * The client's session, begun anew on another instance with the client's own initialize, so that a
 * client which never handles 404 goes on working. Once for all requests that wait for it, and for
 * all routers. Throws "session not found" where the instance does not agree to the same.
 */
export async function reopenSession(
  context: Context,
  exchange: Exchange,
  session: Session,
  chooseInstance: () => InstanceEntry,
): Promise<void> {
  if (session.reopening && (await isOpened(session.reopening))) return
  session.reopening ??= reopen(context, exchange, session, chooseInstance).finally(() => {
    session.reopening = null
  })
  return session.reopening
}

/** False: it failed for a request that knew less of the instances than the present one may do. */
function isOpened(reopening: Promise<void>): Promise<boolean> {
  return reopening.then(
    () => true,
    (error) => {
      if (toAppError(error).code === 'not_found') throw error
      return false
    },
  )
}

async function reopen(
  context: Context,
  exchange: Exchange,
  session: Session,
  chooseInstance: () => InstanceEntry,
): Promise<void> {
  if (await followOther(context, session)) return
  const instance = chooseInstance()
  context.inFlight.enter(instance.id)
  try {
    const calls = createSessionCalls(context, exchange, instance)
    const home = await begin(context, exchange, session, instance, calls)
    const from = session.home
    context.sessions.move(session, home)
    const isFirst = await context.sessionStore.moved(session, from).catch(() => null)
    if (isFirst === false && (await followOther(context, session))) return await calls.end()
    // Postgres is away, or had not heard of the session yet.
    if (!isFirst) context.sessions.changed(session)
    await replay(session, calls)
    const { serverId } = session
    context.logger.info({ serverId, instanceId: instance.id }, 'Session opened again')
  } finally {
    context.inFlight.leave(instance.id)
  }
}

/** Has another router moved it already, to where it can stay? */
async function followOther(context: Context, session: Session): Promise<boolean> {
  const stored = await context.sessionStore.read(session).catch(() => null)
  if (!stored || isSameHome(stored.home, session.home)) return false
  const instance = context.table.instance(stored.home.instanceId)
  if (!instance?.current || instance.restarts !== stored.home.restarts) return false
  context.sessions.adopt(stored)
  return true
}

async function begin(
  context: Context,
  exchange: Exchange,
  session: Session,
  instance: InstanceEntry,
  calls: SessionCalls,
): Promise<Home> {
  const spoken = exchange.req.headers['mcp-protocol-version']
  const protocol = await calls.initialize(session.initialize)
  if (protocol === null || (spoken !== undefined && spoken !== protocol)) {
    context.sessions.remove(session)
    throw sessionNotFound()
  }
  await calls.send({ method: 'notifications/initialized' })
  return {
    instanceId: instance.id,
    restarts: instance.restarts,
    upstreamId: calls.sessionId(),
  }
}

/** What the client had asked of the session, and believes to have still. */
async function replay({ replay: { logLevel, resources } }: Session, calls: SessionCalls) {
  if (logLevel !== null)
    await calls.send({ id: 'moorage-log', method: 'logging/setLevel', params: { level: logLevel } })
  for (const uri of resources)
    await calls.send({ id: 'moorage-watch', method: 'resources/subscribe', params: { uri } })
}
