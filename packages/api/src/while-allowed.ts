import type { Principal } from '@moorage/access/principal'
import type { Events, PlatformEvent } from '@moorage/bus/events'
import { AppError } from '@moorage/domain/error'
import { TRPCError } from '@trpc/server'

/** A lost event, and a session that ended, cost this much delay and no more. */
const pollMs = 10_000

/**
 * A stream for as long as whoever opened it is still there with the rights of then: it outlives
 * neither key nor membership. Throws UNAUTHORIZED when they are not.
 */
export async function* whileAllowed<T>(
  by: { events: Events; principal: Principal; principalNow: () => Promise<Principal | null> },
  stream: AsyncIterable<T>,
): AsyncGenerator<T> {
  const { events, principal, principalNow } = by
  let isOver = false
  let refuse: (error: TRPCError) => void = () => {}
  const look = async () => {
    // Where Postgres does not say, the next look tells.
    const now = await principalNow().catch(() => principal)
    if (rightsOf(now) === rightsOf(principal)) return
    isOver = true
    refuse(ended())
  }
  const unsubscribe = await events.subscribe((event) => {
    if (concerns(event, principal)) void look()
  })
  const timer = setInterval(() => void look(), pollMs)
  const source = stream[Symbol.asyncIterator]()
  try {
    for (;;) {
      // No race with one promise for the whole stream: that would keep something of each event.
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        refuse = reject
        if (isOver) reject(ended())
        else source.next().then(resolve, reject)
      })
      if (next.done) return
      yield next.value
    }
  } finally {
    clearInterval(timer)
    await unsubscribe()
    // It may be waiting for something to happen, and ends when it has.
    void source.return?.().catch(() => {})
  }
}

function concerns(event: PlatformEvent, principal: Principal): boolean {
  if (event.type === 'key') return event.keyId === principal.id
  if (event.type !== 'person') return false
  const owner = principal.kind === 'key' ? principal.owner?.id : undefined
  return event.userId === principal.id || event.userId === owner
}

function rightsOf(principal: Principal | null): string {
  if (principal === null) return ''
  if (principal.kind === 'user')
    return principal.memberships.map(({ teamId, role }) => `${teamId} ${role}`).join()
  const { id, scopes, serverId, owner } = principal
  return [id, serverId, owner?.role, ...scopes].join()
}

function ended(): TRPCError {
  const cause = new AppError('unauthenticated', 'What you may see here has changed.', {
    hint: 'Look again; sign in where you are asked to.',
  })
  return new TRPCError({ code: 'UNAUTHORIZED', message: cause.userMessage, cause })
}
