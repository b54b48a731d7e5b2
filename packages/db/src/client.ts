import { PrismaPg } from '@prisma/adapter-pg'
import { Prisma, PrismaClient } from './generated/client.ts'

export { Prisma }
export type Db = PrismaClient
/** Inside `db.$transaction(async (tx) => ...)`. */
export type Tx = Prisma.TransactionClient
export type {
  Access,
  ApiKey,
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
  WebhookDelivery,
} from './generated/client.ts'

/** Connections open on first use; `maxConnections` bounds the pool of this process. */
export function createDb(databaseUrl: string, options: { maxConnections?: number } = {}): Db {
  const adapter = new PrismaPg({
    connectionString: databaseUrl,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
  })
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 20_000 } })
}
