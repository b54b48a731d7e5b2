import { Pool } from 'undici'
import type { InstanceEntry, Table } from './table.ts'

/** Connections to instances, kept open between requests. */
export type Upstreams = {
  pool(instance: InstanceEntry): Pool
  /** Lets go of the instances that are no longer in the table; what is in flight there goes on. */
  prune(table: Table): void
  close(): Promise<void>
}

export function createUpstreams(): Upstreams {
  const pools = new Map<string, { pool: Pool; instanceId: string }>()

  function drop(origin: string): Promise<void> {
    const entry = pools.get(origin)
    pools.delete(origin)
    return entry ? entry.pool.close() : Promise.resolve()
  }

  return {
    pool: (instance) => {
      const known = pools.get(instance.origin)
      if (known?.instanceId === instance.id) return known.pool
      // Another instance had this port before; its connections are not ours to use.
      if (known) void drop(instance.origin)
      const pool = new Pool(instance.origin, {
        pipelining: 1,
        // Streams may be quiet for long: the idle cap is the router's own (housekeeping.ts).
        headersTimeout: 0,
        bodyTimeout: 0,
        // Below the 5 s after which uvicorn and Node close an idle connection.
        keepAliveTimeout: 4_000,
        connect: { timeout: 5_000 },
      })
      pools.set(instance.origin, { pool, instanceId: instance.id })
      return pool
    },
    prune: (table) => {
      for (const [origin, { instanceId }] of pools)
        if (table.instance(instanceId)?.origin !== origin) void drop(origin)
    },
    close: async () => {
      const all = [...pools.values()]
      pools.clear()
      await Promise.all(all.map(({ pool }) => pool.destroy()))
    },
  }
}
