import type { Context } from './context.ts'
import type { Exchange } from './exchange.ts'
import { knownOrStored } from './known-or-stored.ts'
import { endpointTokens } from './legacy-endpoint.ts'
import { sessionNotFound } from './refusal.ts'
import { endpointPrefix, newSession, type Session } from './sessions.ts'
import type { InstanceEntry, ServerEntry } from './table.ts'

/**
 * A session of the HTTP+SSE transport (2024-11-05): it lives as long as its GET stream. The path for
 * its POSTs is known under each of its tokens, so a path written differently leads to it too.
 */
export function openEndpoint(
  context: Context,
  exchange: Exchange,
  instance: InstanceEntry,
  pathAndQuery: string,
): Session[] {
  const { server, principal } = exchange
  if (!server || !principal) return []
  const pending = new Set<string | number>()
  const unseen = { initialize: null, client: null, protocol: null }
  const sessions = endpointTokens(pathAndQuery).map((token) => ({
    ...newSession({
      serverId: server.id,
      id: endpointPrefix + token,
      principal,
      instance,
      ...unseen,
    }),
    pending,
  }))
  for (const session of sessions) context.sessions.open(session)
  exchange.endpoint = sessions[0] ?? null
  return sessions
}

/** The session that a POST to this path belongs to. Throws where it is another principal's. */
export async function findEndpoint(
  context: Context,
  { principal }: Exchange,
  server: ServerEntry,
  path: string,
): Promise<Session | null> {
  for (const token of endpointTokens(path)) {
    const id = endpointPrefix + token
    // Another router may hold the stream. Where the transport is a newer one, other paths are seldom endpoints.
    const session = server.isLegacySse
      ? await knownOrStored(context, server.id, id)
      : context.sessions.known(server.id, id)
    if (!session) continue
    if (session.principalId !== principal?.id) throw sessionNotFound()
    return session
  }
  return null
}
