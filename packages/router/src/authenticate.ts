import { keyPrefix } from '@moorage/access/api-key'
import { callScope } from '@moorage/access/oauth-scopes'
import { AppError } from '@moorage/domain/error'
import { scopesMay } from '@moorage/domain/permission'
import { type Caller, mayCall, type Uses, usesFor } from '@moorage/domain/policy'
import { type AccessToken, isAccessToken } from './access-tokens.ts'
import type { Context } from './context.ts'
import type { Exchange } from './exchange.ts'
import { insufficientScope, tokenRefused } from './refusal.ts'
import { grantKey, type KeyEntry, type PersonEntry, type ServerEntry, type Table } from './table.ts'

/** Who calls. Sessions and log rows are bound to `id`. */
export type Principal = Anyone | KnownPrincipal
export type KnownPrincipal =
  | { kind: 'key'; id: string; name: string; key: KeyEntry }
  /** By an access token: of a client that they let call this server, or a service account's own. */
  | { kind: 'person'; id: string; name: string; person: PersonEntry; token: AccessToken }
type Anyone = { kind: 'anyone'; id: string; name: null }

/** On a public server nobody is told from anybody; on an own-auth one the server itself does it. */
const anyone: Anyone = { kind: 'anyone', id: 'anyone', name: null }

/**
 * Who may call this server, or an AppError. A caller without a good key or token learns nothing of
 * which servers exist, and one with nothing of the servers of other teams. Only an access token that
 * was not seen for a while is waited for.
 */
export function authenticate(
  context: Pick<Context, 'table' | 'tokens' | 'sync'>,
  { server, req, resource }: Pick<Exchange, 'server' | 'req' | 'resource'>,
): Principal | Promise<Principal> {
  if (server && server.access !== 'private') return anyone
  const token = bearerToken(req.headers.authorization)
  if (!token)
    throw new AppError('unauthenticated', 'This server needs an API key, or a sign-in by OAuth.', {
      hint: 'Send a key as "Authorization: Bearer mrg_...", or connect with a client that knows OAuth.',
    })
  if (!context.tokens || !isAccessToken(token)) return keyPrincipal(context.table, server, token)
  const known = context.tokens.known(token)
  if (known) return personPrincipal(context.table, server, known, resource)
  return verified(context, server, token, resource)
}

async function verified(
  { table, tokens, sync }: Pick<Context, 'table' | 'tokens' | 'sync'>,
  server: ServerEntry | undefined,
  token: string,
  resource: string | null,
): Promise<Principal> {
  if (!tokens) throw keyRefused()
  const found = await tokens.verify(token)
  // It may be seconds old, and the event that told of the grant lost.
  const person = table.person(found.userId)
  if (server && !(person && mayStillCall(person, found, server)))
    await sync.refreshPerson(found.userId)
  return personPrincipal(table, server, found, resource)
}

function keyPrincipal(table: Table, server: ServerEntry | undefined, token: string): Principal {
  const key = table.keyByToken(token)
  if (!key || isExpired(key)) throw keyRefused()
  if (!server || server.teamId !== key.teamId) throw noSuchServer('your key')
  if (
    (key.serverId !== null && key.serverId !== server.serverId) ||
    !scopesMay(key.scopes, 'server.call')
  )
    throw new AppError('forbidden', 'This key is not for calling this server.', {
      hint: 'Make one that is: moorage keys create --scope call',
    })
  if (!mayKeyCall(key, server))
    throw new AppError('forbidden', 'This key is not among those that may call this server.', {
      hint: 'An admin of the team decides who may: moorage access',
    })
  return { kind: 'key', id: key.id, name: key.name, key }
}

function personPrincipal(
  table: Table,
  server: ServerEntry | undefined,
  token: AccessToken,
  resource: string | null,
): Principal {
  if (token.audience !== resource) throw tokenRefused('This access token is for another server.')
  if (!token.mayCall) throw insufficientScope([callScope])
  const person = table.person(token.userId)
  if (!person || !server || !mayStillCall(person, token, server))
    throw tokenRefused('This access token was revoked.')
  return { kind: 'person', id: person.id, name: person.name, person, token }
}

/** A service account needs nobody's leave: its tokens are given out for servers of its team alone. */
function mayStillCall(
  person: PersonEntry,
  { clientId, issuedMs }: AccessToken,
  server: ServerEntry,
): boolean {
  if (!mayCall(server.policy, personCaller(person, server))) return false
  if (person.email === null)
    return (
      person.memberships.has(server.teamId) && clientId === person.id && issuedMs >= person.sinceMs
    )
  return person.grants.has(grantKey(clientId, server.serverId))
}

/** Nobody is asked of a policy that lets the whole team in, which is nearly every one. */
function mayKeyCall(key: KeyEntry, server: ServerEntry): boolean {
  return server.policy.mayCall !== 'chosen' || mayCall(server.policy, keyCaller(key))
}

/** What the caller may use of the server; none: everything. */
export function usesOf(server: ServerEntry, principal: Principal): readonly Uses[] {
  const { policy } = server
  const keyUses = principal.kind === 'key' ? principal.key.uses : null
  if (policy.rules.length === 0 && keyUses === null) return everything
  return usesFor(policy, callerOf(server, principal), keyUses)
}

const everything: readonly Uses[] = []
const anyCaller: Caller = { keyId: null, memberId: null, role: null }

function callerOf(server: ServerEntry, principal: Principal): Caller {
  switch (principal.kind) {
    case 'anyone':
      return anyCaller
    case 'key':
      return keyCaller(principal.key)
    case 'person':
      return personCaller(principal.person, server)
  }
}

function keyCaller({ id, owner }: KeyEntry): Caller {
  return { keyId: id, memberId: owner?.id ?? null, role: owner?.role ?? null }
}

function personCaller({ id, memberships }: PersonEntry, { teamId }: ServerEntry): Caller {
  return { keyId: null, memberId: id, role: memberships.get(teamId)?.role ?? null }
}

function noSuchServer(whose: string): AppError {
  return new AppError('not_found', `There is no server of this name that ${whose} may call.`, {
    hint: 'Check the name in the URL: moorage servers',
  })
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
      return key !== undefined && !isExpired(key) && mayKeyCall(key, server)
    }
    case 'person': {
      const person = table.person(principal.id)
      return person !== undefined && mayStillCall(person, principal.token, server)
    }
  }
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
