import { keyPrefix } from '@moorage/access/api-key'
import { AppError } from '@moorage/domain/error'
import { roleMay, scopesMay } from '@moorage/domain/permission'
import type { KeyEntry, PersonEntry, ServerEntry, Table } from './table.ts'

/** Who calls. Sessions and log rows are bound to `id`. */
export type Principal = Anyone | KnownPrincipal
export type KnownPrincipal =
  | { kind: 'key'; id: string; name: string; key: KeyEntry }
  | { kind: 'person'; id: string; name: string; person: PersonEntry }
type Anyone = { kind: 'anyone'; id: string; name: null }

/** On a public server nobody is told from anybody; on an own-auth one the server itself does it. */
const anyone: Anyone = { kind: 'anyone', id: 'anyone', name: null }

/**
 * Who may call this server, or an AppError. A caller without a good key learns nothing of which
 * servers exist, and a key nothing of the servers of other teams.
 */
export function authenticate(
  table: Table,
  server: ServerEntry | undefined,
  authorization: string | undefined,
): Principal {
  if (server && server.access !== 'private') return anyone
  const key = goodKey(table, authorization)
  if (!server || server.teamId !== key.teamId)
    throw new AppError('not_found', 'There is no server of this name that your key may call.', {
      hint: 'Check the name in the URL: moorage servers',
    })
  if (
    (key.serverId !== null && key.serverId !== server.serverId) ||
    !scopesMay(key.scopes, 'server.call')
  )
    throw new AppError('forbidden', 'This key is not for calling this server.', {
      hint: 'Make one that is: moorage keys create --scope call',
    })
  return { kind: 'key', id: key.id, name: key.name, key }
}

/** Is what was allowed when the exchange began allowed still? For streams that outlive a revoked key or a membership. */
export function isStillAllowed(table: Table, serverId: string, principal: Principal): boolean {
  const server = table.server(serverId)
  if (!server) return false
  switch (principal.kind) {
    case 'anyone':
      return server.access !== 'private'
    case 'key': {
      const key = table.keyByHash(principal.key.hash)
      return key !== undefined && !isExpired(key)
    }
    case 'person':
      return personMayCall(table.person(principal.id), server)
  }
}

function personMayCall(person: PersonEntry | undefined, server: ServerEntry): boolean {
  const role = person?.memberships.get(server.teamId)?.role
  return role !== undefined && roleMay(role, 'server.call')
}

function goodKey(table: Table, authorization: string | undefined): KeyEntry {
  const token = bearerToken(authorization)
  if (!token)
    throw new AppError('unauthenticated', 'This server needs an API key.', {
      hint: 'Send it as "Authorization: Bearer mrg_...".',
    })
  const key = table.keyByToken(token)
  if (!key || isExpired(key)) throw keyRefused()
  return key
}

/** The form in which nearly all send it needs no regular expression. */
function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization?.startsWith(`Bearer ${keyPrefix}`) && !authorization.includes(' ', 7))
    return authorization.slice(7)
  return authorization?.match(/^bearer +(\S+) *$/i)?.[1]
}

export function keyRefused(): AppError {
  return new AppError('unauthenticated', 'This API key is unknown, revoked or expired.', {
    hint: 'Make a new one: moorage keys create',
  })
}

function isExpired(key: KeyEntry): boolean {
  return key.expiresAtMs !== null && key.expiresAtMs <= Date.now()
}
