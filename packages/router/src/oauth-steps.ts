import type { Db } from '@moorage/db/client'
import type { Exchange } from './exchange.ts'
import type { Logger } from './logger.ts'

/** Of the same client with the same fault only one a minute: many ask again and again. */
const sameMs = 60_000
const maxHeld = 200

/** What only the router sees of clients on their way to a token, for the OAuth doctor. */
export type OauthSteps = {
  /** A client has read the metadata, or has come with a token that was refused. */
  note(exchange: Exchange, refused: { userMessage: string; hint: string | null } | null): void
  flush(): Promise<void>
}

export function createOauthSteps({ db, logger }: { db: Db; logger: Logger }): OauthSteps {
  const noted = new Map<string, number>()
  let held: Step[] = []
  return {
    note: (exchange, refused) => {
      const step = stepOf(exchange, refused)
      if (!step) return
      const name = `${step.serverId} ${step.address} ${step.fault}`
      const now = Date.now()
      if (held.length >= maxHeld || now - (noted.get(name) ?? 0) < sameMs) return
      if (noted.size >= 10_000) noted.clear()
      noted.set(name, now)
      held.push(step)
    },
    flush: async () => {
      if (held.length === 0) return
      const batch = held
      held = []
      try {
        await db.oauthEvent.createMany({ data: batch })
      } catch (error) {
        logger.warn({ error }, 'Steps of OAuth clients could not be written')
      }
    },
  }
}

type Step = NonNullable<ReturnType<typeof stepOf>>

function stepOf(
  { server, forwarded, atMs }: Exchange,
  refused: { userMessage: string; hint: string | null } | null,
) {
  if (!server) return null
  return {
    ...{ at: new Date(atMs), serverId: server.serverId, address: forwarded.address },
    step: refused ? 'call' : 'discovery',
    fault: refused?.userMessage ?? null,
    hint: refused?.hint ?? null,
  }
}
