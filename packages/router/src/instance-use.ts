import type { Db } from '@moorage/db/client'
import type { Logger } from './logger.ts'

/** When each instance was last used, for the builder, who puts to sleep what is not. */
export type InstanceUse = { note(instanceId: string): void; flush(): Promise<void> }

export function createInstanceUse(db: Db, logger: Logger): InstanceUse {
  const used = new Set<string>()
  return {
    note: (instanceId) => void used.add(instanceId),
    flush: async () => {
      if (used.size === 0) return
      const ids = [...used]
      used.clear()
      try {
        // In one order, so that routers do not wait for each other in a circle.
        await db.$executeRaw`
          INSERT INTO "InstanceUse" ("instanceId", "usedAt")
          SELECT id, now() AT TIME ZONE 'UTC' FROM "Instance" WHERE id = ANY(${ids}::text[]) ORDER BY id
          ON CONFLICT ("instanceId") DO UPDATE SET "usedAt" = EXCLUDED."usedAt"`
      } catch (error) {
        for (const id of ids) used.add(id)
        logger.warn({ error }, 'The last use of instances could not be written yet')
      }
    },
  }
}
