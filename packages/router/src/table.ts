import { hashKey, keyPrefix } from '@moorage/access/api-key'
import type { CallerSecret } from '@moorage/domain/caller-secrets'
import type { Role, Scope } from '@moorage/domain/permission'
import type { Policy, Uses } from '@moorage/domain/policy'
import type { KeyLimits, Routing } from '@moorage/domain/routing'

/** A server elsewhere. It hears of the caller only what the caller's message says. */
export type RemoteEntry = {
  /** Path and query of its MCP endpoint. */
  path: string
  /** Name, value, name, value: its operator's, secrets among them. No caller sets any of these names. */
  headers: readonly string[]
}

const rememberedTokens = 10_000

export type InstanceEntry = {
  id: string
  serverId: string
  /** Where it answers. Only ever from our own record, whatever headers a caller sends. */
  origin: string
  /** The Host under which the server itself believes to be reached. */
  hostHeader: string
  /** Null: it runs here. */
  remote: RemoteEntry | null
  /** Restarts in place: each loses the sessions that the server held in memory. */
  restarts: number
  /** Ready, and of the routed deployment: takes new work. Any other sleeps or drains. */
  current: boolean
  /** Of the routed deployment, and has to be woken before anything is sent there. */
  sleeping: boolean
}

/** A server, or a preview of one, which is to callers a server of its own. */
export type ServerEntry = {
  id: string
  /** The server that it is or is a preview of: whose keys may call it, whose log has it. */
  serverId: string
  teamId: string
  slug: string
  access: 'private' | 'public' | 'own_auth'
  policy: Policy
  /** What it asks of each caller; a preview asks for nothing. */
  callerSecrets: readonly CallerSecret[]
  /** Where the server speaks MCP; `/mcp` under the slug leads there. */
  mcpPath: string
  /** Its transport is HTTP+SSE, of 2024-11-05. */
  isLegacySse: boolean
  reopenSessions: boolean
  routing: Routing
  /** Verified host names of its own, in lower case. */
  hostnames: string[]
  /** Null: never deployed. */
  version: bigint | null
  instances: InstanceEntry[]
}

export type KeyEntry = {
  id: string
  name: string
  teamId: string
  teamSlug: string
  /** Who made it, while a member of the team. */
  user: { id: string; email: string; role: Role } | null
  /** Who a policy takes for the caller: that person, or the service account whose key it is. */
  owner: { id: string; role: Role } | null
  /** Null: every server of the team. */
  serverId: string | null
  scopes: Scope[]
  limits: KeyLimits
  /** Null: everything. */
  uses: Uses | null
  expiresAtMs: number | null
  hash: string
  /** The secret that was replaced by another, and until when it is good. */
  former: { hash: string; untilMs: number } | null
}

/** Who can have an access token: a person, or a service account. Anything that changes makes it another object. */
export type PersonEntry = {
  id: string
  name: string
  /** Null: a service account. */
  email: string | null
  /** Its tokens that are older came of a secret that has ended. */
  sinceMs: number
  /** By team. */
  memberships: ReadonlyMap<string, Membership>
  /** What they let clients do: grantKey of each. */
  grants: ReadonlySet<string>
  /** What they hand to servers that ask for it, sealed: by secretKey of each. */
  secrets: ReadonlyMap<string, string>
}

export function secretKey(serverId: string, name: string): string {
  return `${serverId} ${name}`
}

/** A person's leave for an OAuth client to call a server. */
export function grantKey(clientId: string, serverId: string): string {
  return `${serverId} ${clientId}`
}

export type Membership = { teamSlug: string; role: Role }

export type Table = {
  serverBySlug(slug: string): ServerEntry | undefined
  serverByHostname(hostname: string): ServerEntry | undefined
  server(id: string): ServerEntry | undefined
  instance(id: string): InstanceEntry | undefined
  keyByHash(hash: string): KeyEntry | undefined
  /** The key as it is sent; what is known by hash is remembered by it for the next request. */
  keyByToken(token: string): KeyEntry | undefined
  person(id: string): PersonEntry | undefined
  /** Puts these; of `ids` and their previews, those that are not among them are gone. */
  putServers(servers: ServerEntry[], ids: Iterable<string>): void
  putKeys(keys: KeyEntry[], ids: Iterable<string>): void
  putPeople(people: PersonEntry[], ids: Iterable<string>): void
  /** Of servers, not of previews. */
  serverIds(): string[]
  keyIds(): string[]
  personIds(): string[]
}

/** The key as its former secret stands for it. */
function formerKey(key: KeyEntry, { hash, untilMs }: NonNullable<KeyEntry['former']>): KeyEntry {
  return { ...key, hash, expiresAtMs: Math.min(untilMs, key.expiresAtMs ?? untilMs) }
}

/** All that the router knows, in memory. Every change is one synchronous call: no request sees half of it. */
export function createTable(): Table {
  const servers = new Map<string, ServerEntry>()
  const previews = new Map<string, Set<string>>()
  const slugs = new Map<string, ServerEntry>()
  const hostnames = new Map<string, ServerEntry>()
  const instances = new Map<string, InstanceEntry>()
  const keys = new Map<string, KeyEntry>()
  const hashes = new Map<string, KeyEntry>()
  const tokens = new Map<string, KeyEntry>()
  const people = new Map<string, PersonEntry>()

  function dropServer(id: string): void {
    const old = servers.get(id)
    if (!old) return
    servers.delete(id)
    if (slugs.get(old.slug) === old) slugs.delete(old.slug)
    for (const name of old.hostnames) if (hostnames.get(name) === old) hostnames.delete(name)
    for (const instance of old.instances) instances.delete(instance.id)
    previews.get(old.serverId)?.delete(id)
  }

  function dropWithPreviews(id: string): void {
    for (const preview of previews.get(id) ?? []) dropServer(preview)
    previews.delete(id)
    dropServer(id)
  }

  function notePreview({ id, serverId }: ServerEntry): void {
    if (id === serverId) return
    const known = previews.get(serverId)
    if (known) known.add(id)
    else previews.set(serverId, new Set([id]))
  }

  function findToken(token: string): KeyEntry | undefined {
    const key = token.startsWith(keyPrefix) ? hashes.get(hashKey(token)) : undefined
    if (key && tokens.size >= rememberedTokens) tokens.clear()
    if (key) tokens.set(token, key)
    return key
  }

  function dropKey(id: string): void {
    const old = keys.get(id)
    if (!old) return
    keys.delete(id)
    hashes.delete(old.hash)
    if (old.former) hashes.delete(old.former.hash)
    tokens.clear()
  }

  return {
    serverBySlug: (slug) => slugs.get(slug),
    serverByHostname: (hostname) => hostnames.get(hostname),
    server: (id) => servers.get(id),
    instance: (id) => instances.get(id),
    keyByHash: (hash) => hashes.get(hash),
    keyByToken: (token) => tokens.get(token) ?? findToken(token),
    person: (id) => people.get(id),
    serverIds: () => {
      const all = [...servers.values()]
      return all.flatMap(({ id, serverId }) => (id === serverId ? id : []))
    },
    keyIds: () => [...keys.keys()],
    personIds: () => [...people.keys()],
    putServers: (list, ids) => {
      for (const id of ids) dropWithPreviews(id)
      for (const server of list) {
        dropServer(server.id)
        servers.set(server.id, server)
        notePreview(server)
        slugs.set(server.slug, server)
        for (const name of server.hostnames) hostnames.set(name, server)
        for (const instance of server.instances) instances.set(instance.id, instance)
      }
    },
    putKeys: (list, ids) => {
      for (const id of ids) dropKey(id)
      for (const key of list) {
        dropKey(key.id)
        keys.set(key.id, key)
        hashes.set(key.hash, key)
        if (key.former) hashes.set(key.former.hash, formerKey(key, key.former))
      }
    },
    putPeople: (list, ids) => {
      for (const id of ids) people.delete(id)
      for (const person of list) people.set(person.id, person)
    },
  }
}
