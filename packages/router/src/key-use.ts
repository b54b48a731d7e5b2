import type { Db } from '@moorage/db/client'
import type { Logger } from './logger.ts'

const perKeyMs = 60_000

/** When each key was last used, written at most once a minute a key. */
export type KeyUse = { note(keyId: string): void; flush(): Promise<void> }

export function createKeyUse(db: Db, logger: Logger): KeyUse {
  const writtenMs = new Map<string, number>()
  const used = new Map<string, Date>()
  return {
    note: (keyId) => {
      if (Date.now() - (writtenMs.get(keyId) ?? 0) >= perKeyMs) used.set(keyId, new Date())
    },
    flush: async () => {
      if (used.size === 0) return
      const batch = [...used]
      used.clear()
      for (const [keyId] of batch) writtenMs.set(keyId, Date.now())
      try {
        await db.$executeRaw`
          UPDATE "ApiKey" k SET "lastUsedAt" = GREATEST(k."lastUsedAt", used.at)
          FROM unnest(${batch.map(([id]) => id)}::text[],
                      ${batch.map(([, at]) => at.toISOString())}::timestamp[]) AS used(id, at)
          WHERE k.id = used.id`
      } catch (error) {
        logger.warn({ error }, 'The last use of keys could not be written')
      }
    },
  }
}
