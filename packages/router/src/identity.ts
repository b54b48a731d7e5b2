import type { Role } from '@moorage/domain/permission'
import { type JSONWebKeySet, SignJWT } from 'jose'
import type { KnownPrincipal } from './authenticate.ts'
import { type IdentityKeys, identityAlgorithm } from './identity-keys.ts'
import type { KeyEntry, PersonEntry, ServerEntry } from './table.ts'

/** Where the public key is, at every name of the router's own. */
export const identityKeysPath = '/.well-known/moorage/jwks.json'

const lifeSeconds = 120
/** A token is handed out for so long; the rest of its life is for the server to look at it. */
const handedOutMs = 60_000

export type Identity = {
  /** What tells the server who calls: names and values. Undefined: to be signed first. */
  cached(principal: KnownPrincipal, server: ServerEntry): readonly string[] | undefined
  sign(principal: KnownPrincipal, server: ServerEntry): Promise<readonly string[]>
  /** What servers verify `Moorage-Identity` with (RFC 7517). */
  keys(): JSONWebKeySet
}

/** What is known of the caller. A person's team and role are those of the server's team. */
type Facts = {
  team: string | null
  keyId: string | null
  user: { id: string; email: string | null; role: Role | null } | null
}
type Token = { headers: readonly string[]; untilMs: number }

/**
 * Who calls, told to the server behind: in plain headers for one that trusts the network, and in a
 * JWT for one that does not. It is cached by the table's entry, so what changes is signed anew.
 */
export function createIdentity(deps: {
  keys: IdentityKeys
  /** `iss` of the tokens. */
  issuer: string
}): Identity {
  const tokens = new WeakMap<KeyEntry | PersonEntry, Map<string, Token>>()

  async function sign(principal: KnownPrincipal, server: ServerEntry): Promise<readonly string[]> {
    const { signer, kid } = deps.keys.signer()
    const facts = factsOf(principal, server)
    const jwt = await new SignJWT(claims(facts))
      .setProtectedHeader({ alg: identityAlgorithm, kid, typ: 'JWT' })
      .setIssuer(deps.issuer)
      .setSubject(facts.user?.id ?? principal.id)
      .setAudience(server.slug)
      .setIssuedAt()
      .setExpirationTime(`${lifeSeconds}s`)
      .sign(signer)
    const headers = [...plainHeaders(facts), 'Moorage-Identity', jwt]
    const entry = entryOf(principal)
    const byServer = tokens.get(entry) ?? new Map<string, Token>()
    byServer.set(server.id, { headers, untilMs: Date.now() + handedOutMs })
    tokens.set(entry, byServer)
    return headers
  }

  return {
    cached: (principal, server) => {
      const token = tokens.get(entryOf(principal))?.get(server.id)
      return token && token.untilMs > Date.now() ? token.headers : undefined
    },
    sign,
    keys: deps.keys.published,
  }
}

function entryOf(principal: KnownPrincipal): KeyEntry | PersonEntry {
  return principal.kind === 'key' ? principal.key : principal.person
}

function factsOf(principal: KnownPrincipal, server: ServerEntry): Facts {
  if (principal.kind === 'key') {
    const { id, teamSlug, user } = principal.key
    return { team: teamSlug, keyId: id, user }
  }
  const { id, email, memberships } = principal.person
  const membership = memberships.get(server.teamId)
  const role = membership?.role ?? null
  return { team: membership?.teamSlug ?? null, keyId: null, user: { id, email, role } }
}

function claims({ team, keyId, user }: Facts): Record<string, string> {
  return {
    ...(team ? { team } : {}),
    ...(keyId ? { key_id: keyId } : {}),
    ...(user?.email ? { email: user.email } : {}),
    ...(user?.role ? { role: user.role } : {}),
  }
}

function plainHeaders({ team, keyId, user }: Facts): string[] {
  return [
    ...(team ? ['Moorage-Team', team] : []),
    ...(keyId ? ['Moorage-Key-Id', keyId] : []),
    ...(user ? ['Moorage-User', user.id] : []),
    ...(user?.email ? ['Moorage-Email', headerText(user.email)] : []),
    ...(user?.role ? ['Moorage-Role', user.role] : []),
  ]
}

/** Headers carry visible ASCII; what is beyond is percent-encoded. */
function headerText(value: string): string {
  return value.replace(/[^\x21-\x7e]/gu, (part) => encodeURIComponent(part.toWellFormed()))
}
