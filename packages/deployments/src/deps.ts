import type { EncryptionKey } from '@moorage/access/secret-box'
import type { Events } from '@moorage/bus/events'
import type { DeployQueue } from '@moorage/bus/jobs'
import type { Db } from '@moorage/db/client'

/** What the use cases work on. Each takes what it needs of this. */
export type Deps = {
  db: Db
  events: Events
  queue: DeployQueue
  encryptionKey: EncryptionKey
}

/** Who did it, for the record. */
export type Actor = { id: string; name: string }
