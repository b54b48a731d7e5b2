import { setTimeout as sleep } from 'node:timers/promises'
import type { EncryptionKey } from '@moorage/access/secret-box'
import type { Events } from '@moorage/bus/events'
import type { Db } from '@moorage/db/client'
import { type Changes, goneKeys, gonePeople, goneServers, readChanges } from './load-changes.ts'
import { readKeys, readPeople, readServers } from './load-table.ts'
import type { Logger } from './logger.ts'
import type { ServerEntry, Table } from './table.ts'

export type TableSync = {
  /** Resolves when the table was filled for the first time; tries until then. */
  start(): Promise<void>
  /** Resolves when this server was read again, or could not be. */
  refresh(serverId: string): Promise<void>
  /** The same of a person. */
  refreshPerson(userId: string): Promise<void>
  /** Every route up to this version is applied. */
  appliedVersion(): bigint
  stop(): Promise<void>
}

type Wanted = {
  everything: boolean
  /** What a look at everything has found already. */
  changes: Changes | null
  servers: Set<string>
  keys: Set<string>
  people: Set<string>
  /** Settles when it was read, or could not be. */
  tried: PromiseWithResolvers<void>
}

const resyncMs = 10_000
const retryMs = 1_000

/**
 * Keeps the table at what Postgres says: told of changes by events, and every 10 s it asks by itself
 * for what has changed.
 * Reads come one after the other, so an older read never overwrites a newer one.
 */
export function syncTable(deps: {
  db: Db
  encryptionKey: EncryptionKey
  events: Events
  table: Table
  logger: Logger
  onApplied: (change: { routes: boolean }) => void
  /** How often it looks by itself. */
  resyncMs?: number
}): TableSync {
  const { db, events, table, logger } = deps
  let applied = 0n
  /** What the last look at everything found. */
  let last: Changes | null = null
  let stopped = false
  let wanted: Wanted = nothing()
  let running: Promise<void> | null = null
  let unsubscribe: (() => Promise<void>) | null = null
  let looking: Promise<void> | null = null
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = null
    })
  }, deps.resyncMs ?? resyncMs)
  timer.unref()

  /** With a large table this takes its time, and what is told meanwhile need not wait for it. */
  async function look(): Promise<void> {
    if (last === null) return want({ everything: true })
    const changes = await readChanges(db, last.horizon).catch(() => null)
    await want(changes ? { changes } : { everything: true })
  }

  function want(more: {
    everything?: boolean
    changes?: Changes
    server?: string
    key?: string
    person?: string
  }): Promise<void> {
    if (more.everything) wanted.everything = true
    if (more.changes) wanted.changes = more.changes
    if (more.server) wanted.servers.add(more.server)
    if (more.key) wanted.keys.add(more.key)
    if (more.person) wanted.people.add(more.person)
    const { tried } = wanted
    running ??= work()
    return tried.promise
  }

  async function work(): Promise<void> {
    // A tick, so that events which come together are read together.
    await Promise.resolve()
    while (!stopped && hasWork(wanted)) {
      const batch = wanted
      wanted = nothing()
      try {
        await apply(batch)
        batch.tried.resolve()
      } catch (error) {
        logger.error({ error }, 'The route table could not be read; working on with what is known')
        wanted = merge(wanted, batch)
        batch.tried.resolve()
        await sleep(retryMs)
      }
    }
    if (stopped) wanted.tried.resolve()
    running = null
  }

  async function apply(batch: Wanted): Promise<void> {
    const changes = batch.everything ? await readChanges(db, last?.horizon ?? null) : batch.changes
    const isAnew = changes !== null && (last === null || isOlder(changes, last))
    const differs = ({ domains, previews }: Changes) =>
      domains !== last?.domains || previews !== last?.previews
    const allServers = isAnew || (changes !== null && differs(changes))
    const allKeys = isAnew || (changes !== null && changes.members !== last?.members)
    const lacks = ({ grants, callerSecrets }: Changes) =>
      grants !== last?.grants || callerSecrets !== last?.callerSecrets
    const allPeople = allKeys || (changes !== null && lacks(changes))
    const serverIds = [...batch.servers, ...(changes?.serverIds ?? [])]
    const keyIds = [...batch.keys, ...(changes?.keyIds ?? [])]
    const personIds = [...batch.people, ...(changes?.personIds ?? [])]
    const readsServers = allServers || serverIds.length > 0
    const [servers, keys, people] = await Promise.all([
      readsServers
        ? readServers(deps, allServers ? undefined : { ids: serverIds, newerThan: applied })
        : [],
      allKeys
        ? readKeys(db)
        : keyIds.length + personIds.length > 0
          ? readKeys(db, { ids: keyIds, madeBy: personIds })
          : [],
      allPeople ? readPeople(db) : personIds.length > 0 ? readPeople(db, personIds) : [],
    ])
    table.putServers(servers, allServers ? table.serverIds() : serverIds)
    table.putKeys(keys, allKeys ? table.keyIds() : keyIds)
    table.putPeople(people, allPeople ? table.personIds() : personIds)
    if (changes) await dropGone(changes)
    applied = highest(applied, servers)
    last = changes ?? last
    deps.onApplied({ routes: readsServers || changes !== null })
  }

  /** What was deleted while no event told of it. */
  async function dropGone({ servers, keys, people }: Changes): Promise<void> {
    const [serverIds, keyIds] = [table.serverIds(), table.keyIds()]
    const personIds = table.personIds()
    if (serverIds.length > servers) table.putServers([], await goneServers(db, serverIds))
    if (keyIds.length > keys) table.putKeys([], await goneKeys(db, keyIds))
    if (personIds.length > people) table.putPeople([], await gonePeople(db, personIds))
  }

  return {
    start: async () => {
      unsubscribe = await events.subscribe((event) => {
        if (event.type === 'route' || event.type === 'server') void want({ server: event.serverId })
        if (event.type === 'key') void want({ key: event.keyId })
        if (event.type === 'person') void want({ person: event.userId })
      })
      while (!stopped && last === null) await want({ everything: true })
    },
    refresh: (serverId) => want({ server: serverId }),
    refreshPerson: (userId) => want({ person: userId }),
    appliedVersion: () => applied,
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await unsubscribe?.()
      await looking
      await running
    },
  }
}

/** A database that was put back to an earlier time: nothing that is known of it counts. */
function isOlder(now: Changes, before: Changes): boolean {
  return BigInt(now.horizon) < BigInt(before.horizon)
}

function nothing(): Wanted {
  return {
    everything: false,
    changes: null,
    servers: new Set(),
    keys: new Set(),
    people: new Set(),
    tried: Promise.withResolvers(),
  }
}

function hasWork(wanted: Wanted): boolean {
  return (
    wanted.everything ||
    wanted.changes !== null ||
    wanted.servers.size + wanted.keys.size + wanted.people.size > 0
  )
}

/** `later` is tried next, with what `failed` wanted too. */
function merge(later: Wanted, failed: Wanted): Wanted {
  return {
    // What a look found is of its time: the next one finds it too.
    everything: later.everything || failed.everything || failed.changes !== null,
    changes: later.changes,
    servers: new Set([...later.servers, ...failed.servers]),
    keys: new Set([...later.keys, ...failed.keys]),
    people: new Set([...later.people, ...failed.people]),
    tried: later.tried,
  }
}

function highest(start: bigint, servers: ServerEntry[]): bigint {
  return servers.reduce(
    (top, { version }) => (version !== null && version > top ? version : top),
    start,
  )
}
