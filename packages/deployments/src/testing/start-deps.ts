import { randomBytes } from 'node:crypto'
import { createEvents } from '@moorage/bus/events'
import { createDeployQueue, createInspectionQueue } from '@moorage/bus/jobs'
import { createDb } from '@moorage/db/client'
import { testDatabaseUrl } from '@moorage/testing/services'

export type TestDeps = Awaited<ReturnType<typeof startDeps>>

/** What the use cases work on, over a database of its own; on Redis where one is named. */
export async function startDeps({ redisUrl }: { redisUrl?: string | undefined } = {}) {
  const databaseUrl = await testDatabaseUrl()
  const bus = { databaseUrl, redisUrl }
  const [events, queue, inspectionQueue] = await Promise.all([
    createEvents(bus),
    createDeployQueue(bus),
    createInspectionQueue(bus),
  ])
  const db = createDb(databaseUrl)
  return {
    ...{ db, events, queue, inspectionQueue, databaseUrl },
    encryptionKey: randomBytes(32),
    repoUrlPolicy: { trustedHosts: [] as string[] },
    async close() {
      await Promise.all([queue.close(), inspectionQueue.close(), events.close(), db.$disconnect()])
    },
  }
}
