import { guardedConnect } from '@moorage/access/guarded-connect'
import { Pool } from 'undici'
import type { InstanceEntry, Table } from './table.ts'

/** Connections to instances, kept open between requests. */
export type Upstreams = {
  pool(instance: InstanceEntry): Pool
  /** Lets go of the instances that are no longer in the table; what is in flight there goes on. */
  prune(table: Table): void
  close(): Promise<void>
}

/** What an operator allows servers that run elsewhere, which are the tenants' to name. */
export type Remotes = {
  /** Hosts ("host:port") that may be private or speak plain http. */
  trustedHosts?: readonly string[] | undefined
  /** A PEM file with further CAs. */
  caFile?: string | undefined
}

export function createUpstreams(remotes: Remotes = {}): Upstreams {
  const pools = new Map<string, { pool: Pool; origin: string }>()
  let guarded: ReturnType<typeof guardedConnect> | null = null

  function drop(id: string): Promise<void> {
    const entry = pools.get(id)
    pools.delete(id)
    return entry ? entry.pool.close() : Promise.resolve()
  }

  function connectTo({ remote }: InstanceEntry) {
    if (!remote) return { timeout: 5_000 }
    const { trustedHosts = [], caFile } = remotes
    guarded ??= guardedConnect({ trustedHosts, caFile, timeoutMs: 10_000 })
    return guarded
  }

  return {
    pool: (instance) => {
      const known = pools.get(instance.id)
      if (known?.origin === instance.origin) return known.pool
      if (known) void drop(instance.id)
      const pool = new Pool(instance.origin, {
        pipelining: 1,
        // Streams may be quiet for long: the idle cap is the router's own (housekeeping.ts).
        headersTimeout: 0,
        bodyTimeout: 0,
        // Below the 5 s after which uvicorn and Node close an idle connection.
        keepAliveTimeout: 4_000,
        connect: connectTo(instance),
      })
      pools.set(instance.id, { pool, origin: instance.origin })
      return pool
    },
    prune: (table) => {
      for (const [id, { origin }] of pools) if (table.instance(id)?.origin !== origin) void drop(id)
    },
    close: async () => {
      const all = [...pools.values()]
      pools.clear()
      await Promise.all(all.map(({ pool }) => pool.destroy()))
    },
  }
}
