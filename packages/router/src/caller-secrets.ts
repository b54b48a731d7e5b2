import { openCallerSecret } from '@moorage/access/caller-secret'
import type { EncryptionKey } from '@moorage/access/secret-box'
import type { CallerSecret } from '@moorage/domain/caller-secrets'
import type { Principal } from './authenticate.ts'
import type { Logger } from './logger.ts'
import {
  type InstanceEntry,
  type PersonEntry,
  type ServerEntry,
  secretKey,
  type Table,
} from './table.ts'

/** What a caller hands to a server that asks for it. */
export type Handed = {
  /** Name, value, name, value. */
  headers: readonly string[]
  missing: readonly CallerSecret[]
}

export type CallerSecrets = {
  /** Null: there is no person who could have given any. */
  of(principal: Principal | null, server: ServerEntry): Handed | null
  /** What goes to this instance with the caller's request, by what its server asks for now. */
  headersFor(principal: Principal | null, instance: InstanceEntry): readonly string[]
}

const noHeaders: readonly string[] = []

/**
 * Opens what people have entered when it is first used, and remembers it for as long as neither the
 * person's entry of the table nor the server's has changed.
 */
export function createCallerSecrets(deps: {
  encryptionKey: EncryptionKey
  table: Table
  logger: Logger
}): CallerSecrets {
  const opened = new WeakMap<PersonEntry, WeakMap<readonly CallerSecret[], Handed>>()

  function read(person: PersonEntry, { serverId, callerSecrets }: ServerEntry): Handed {
    const headers: string[] = []
    const missing: CallerSecret[] = []
    for (const asked of callerSecrets) {
      const value = openedValue(person, serverId, asked)
      if (value === null) missing.push(asked)
      else headers.push(asked.header, value)
    }
    return { headers, missing }
  }

  function openedValue(person: PersonEntry, serverId: string, asked: CallerSecret): string | null {
    const sealed = person.secrets.get(secretKey(serverId, asked.name))
    if (sealed === undefined) return null
    try {
      return openCallerSecret(deps.encryptionKey, { userId: person.id, serverId }, asked, sealed)
    } catch (error) {
      deps.logger.error({ error, serverId }, 'A caller’s secret cannot be opened')
      return null
    }
  }

  function of(principal: Principal | null, server: ServerEntry): Handed | null {
    const person = principal && personOf(deps.table, principal)
    if (!person) return null
    const byServer = opened.get(person) ?? new WeakMap<readonly CallerSecret[], Handed>()
    opened.set(person, byServer)
    const known = byServer.get(server.callerSecrets) ?? read(person, server)
    byServer.set(server.callerSecrets, known)
    return known
  }

  return {
    of,
    headersFor: (principal, { id, serverId, remote }) => {
      const server = deps.table.server(serverId)
      if (!server || server.callerSecrets.length === 0) return noHeaders
      // One elsewhere of a former deployment has not asked for them, and may be anybody's.
      if (remote && !deps.table.instance(id)?.current) return noHeaders
      return of(principal, server)?.headers ?? noHeaders
    },
  }
}

/** Themselves, or who made the key; a service account has entered nothing. */
function personOf(table: Table, principal: Principal): PersonEntry | undefined {
  switch (principal.kind) {
    case 'anyone':
      return undefined
    case 'key':
      return principal.key.user ? table.person(principal.key.user.id) : undefined
    case 'person':
      return principal.person.email === null ? undefined : principal.person
  }
}
