import { setTimeout as delay } from 'node:timers/promises'
import type { Context } from './context.ts'
import type { Exchange } from './exchange.ts'
import { noInstance, sessionNotFound } from './refusal.ts'
import { reopenSession } from './reopen-session.ts'
import type { Home, Session } from './sessions.ts'
import type { InstanceEntry, ServerEntry } from './table.ts'

/** `sessionId`: what the instance calls the session; undefined where the request names none. */
export type Target = { instance: InstanceEntry; sessionId: string | null | undefined }

/** Postgres that does not answer holds nobody up for longer. */
const lookMs = 2_000

/**
 * The instance for this request; the caller is in flight there from then on, and must leave it.
 * A session stays where it began for as long as it can; anything else goes to the least busy one.
 */
export function chooseTarget(
  context: Context,
  exchange: Exchange,
  to: { server: ServerEntry; avoid: InstanceEntry | null },
): Target | Promise<Target> {
  const server = context.table.server(to.server.id) ?? to.server
  const isPlain = server.instances.length > 0 && server.instances.every(({ current }) => current)
  if (exchange.session || !isPlain) return waitForTarget(context, exchange, to)
  const instance = anyTarget(context, exchange, server, to.avoid)
  context.inFlight.enter(instance.id)
  return { instance, sessionId: undefined }
}

async function waitForTarget(
  context: Context,
  exchange: Exchange,
  to: { server: ServerEntry; avoid: InstanceEntry | null },
): Promise<Target> {
  let hasLooked = false
  for (;;) {
    // As it is now: reading the body may have taken long.
    const server = context.table.server(to.server.id) ?? to.server
    // Called in the moment it went live, it may not be told of here yet.
    if (!hasLooked && server.instances.every(({ current, sleeping }) => !current && !sleeping)) {
      hasLooked = true
      await Promise.race([context.sync.refresh(server.id), delay(lookMs, null, { ref: false })])
      continue
    }
    const asleep = whoSleeps(exchange, server)
    if (asleep) {
      await context.waker.wake(asleep)
      continue
    }
    const target = exchange.session
      ? await sessionTarget(context, exchange, exchange.session, { server, avoid: to.avoid })
      : { instance: anyTarget(context, exchange, server, to.avoid), sessionId: undefined }
    // Meanwhile it may have fallen asleep. From this look on it cannot, as we are in flight there.
    if (context.table.instance(target.instance.id)?.sleeping) continue
    context.inFlight.enter(target.instance.id)
    return target
  }
}

/** The instance to be woken for this request: where its session lives, or any where none is awake. */
export function whoSleeps(
  { session, endpoint }: Exchange,
  { instances }: ServerEntry,
): InstanceEntry | null {
  if (!instances.some(({ sleeping }) => sleeping)) return null
  const home = instances.find(({ id }) => id === (session ?? endpoint)?.home.instanceId)
  if (home?.sleeping) return home
  if (instances.some(({ current }) => current)) return null
  return instances.find(({ sleeping }) => sleeping) ?? null
}

function anyTarget(
  context: Context,
  { endpoint }: Exchange,
  server: ServerEntry,
  avoid: InstanceEntry | null,
): InstanceEntry {
  const home = endpoint && context.table.instance(endpoint.home.instanceId)
  return home ?? leastBusy(context, server, avoid)
}

async function sessionTarget(
  context: Context,
  exchange: Exchange,
  session: Session,
  { server, avoid }: { server: ServerEntry; avoid: InstanceEntry | null },
): Promise<Target> {
  const waiting = await homeThatWaits(context, exchange, session)
  if (waiting) return waiting
  const home = targetAt(context, session.home)
  const mayStay = home?.instance.current || !server.reopenSessions
  if (home && mayStay && (!isSame(home.instance, avoid) || isOnly(home.instance, server)))
    return home
  if (!server.reopenSessions || session.initialize === null) {
    context.sessions.remove(session)
    throw sessionNotFound()
  }
  await reopenSession(context, exchange, session, () => leastBusy(context, server, avoid))
  const reopened = targetAt(context, session.home)
  if (!reopened) throw noInstance(true)
  return reopened
}

/** An answer goes to the instance that asked, and a cancellation to the one that is at work, though it drains. */
async function homeThatWaits(
  context: Context,
  exchange: Exchange,
  session: Session,
): Promise<Target | null> {
  const { message } = exchange
  const home =
    message?.method === null && message.id !== null
      ? await whoAsked(context, session, message.id)
      : whoWorks(context, exchange, session)
  return home ? targetAt(context, home) : null
}

/** The question may have come to the client by way of another router. */
async function whoAsked(
  { sessionStore, logger }: Context,
  session: Session,
  id: string | number,
): Promise<Home | undefined> {
  const known = session.asked.get(id)
  if (known) return known
  try {
    return (await sessionStore.read(session))?.asked.get(id)
  } catch (error) {
    logger.warn({ error }, 'It could not be looked up which instance asked the client')
    return undefined
  }
}

function whoWorks(context: Context, exchange: Exchange, session: Session): Home | null | undefined {
  const { message } = exchange
  if (message?.cancels == null) return undefined
  for (const other of context.inFlight.all())
    if (other.session === session && other.message?.id === message.cancels && other !== exchange)
      return [session.home, session.former].find((one) => one?.instanceId === other.instance?.id)
  return undefined
}

function targetAt({ table }: Context, home: Home): Target | null {
  const instance = table.instance(home.instanceId)
  if (!instance || instance.restarts !== home.restarts) return null
  return { instance, sessionId: home.upstreamId }
}

/** Nothing is won by opening a session again where it is: it may be back in a moment, with all it knows. */
function isOnly(instance: InstanceEntry, { instances }: ServerEntry): boolean {
  return instance.current && !instances.some((one) => one.current && one.id !== instance.id)
}

let turn = 0

/** Of those with the least in flight the one with the fewest sessions, and else each in turn. */
function leastBusy(
  { inFlight, sessions }: Context,
  server: ServerEntry,
  avoid: InstanceEntry | null,
): InstanceEntry {
  const ready = server.instances.filter((instance) => instance.current)
  const fresh = ready.filter((one) => !isSame(one, avoid))
  const choice = fresh.length > 0 ? fresh : ready
  const first = choice[turn++ % choice.length]
  if (!first) throw noInstance(server.version !== null)
  const compared = ({ id }: InstanceEntry, { id: best }: InstanceEntry) =>
    inFlight.at(id) - inFlight.at(best) || sessions.at(id) - sessions.at(best)
  return choice.reduce((best, one) => (compared(one, best) < 0 ? one : best), first)
}

/** The same id may be at a new address by now: that is worth a try. */
function isSame(instance: InstanceEntry, other: InstanceEntry | null): boolean {
  return instance.id === other?.id && instance.origin === other.origin
}
