import { PrismaPg } from '@prisma/adapter-pg'
import { Pool } from 'pg'
import { Prisma, PrismaClient } from './generated/client.ts'

export { Prisma }
export type Db = PrismaClient
/** Inside `db.$transaction(async (tx) => ...)`. */
export type Tx = Prisma.TransactionClient
export type {
  Access,
  ApiKey,
  BranchCheck,
  DeliveryStatus,
  Deployment,
  DeploymentKind,
  DeploymentStep,
  DeviceLogin,
  Domain,
  EnvScope,
  EnvVar,
  GithubVisit,
  Inspection,
  InspectionStatus,
  Instance,
  Invitation,
  LogStream,
  NoticeStatus,
  NotificationDelivery,
  NotificationEvent,
  NotificationKind,
  NotificationTarget,
  Preview,
  RequestLog,
  Server,
  ServiceAccount,
  Source,
  Team,
  Trigger,
  Volume,
  VolumeBackup,
  WebhookDelivery,
} from './generated/client.ts'

const pools = new WeakMap<Db, Pool>()

/** Connections open on first use; `maxConnections` bounds the pool of this process. */
export function createDb(databaseUrl: string, options: { maxConnections?: number } = {}): Db {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
  })
  const adapter = new PrismaPg(pool, { disposeExternalPool: true })
  const db = new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 20_000 } })
  pools.set(db, pool)
  return db
}

/** The connections under `db`: for a statement whose values are too large to go through Prisma. */
export function poolOf(db: Db): Pool {
  const pool = pools.get(db)
  if (!pool) throw new Error('This client was not made by createDb.')
  return pool
}
