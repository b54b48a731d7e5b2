import type { AccessTokens } from './access-tokens.ts'
import type { CallerSecrets } from './caller-secrets.ts'
import type { Identity } from './identity.ts'
import type { InFlight } from './in-flight.ts'
import type { KeyUse } from './key-use.ts'
import type { KnownLists } from './known-lists.ts'
import type { Limits } from './limits.ts'
import type { Logger } from './logger.ts'
import type { Site } from './match.ts'
import type { Metrics } from './metrics.ts'
import type { OauthSteps } from './oauth-steps.ts'
import type { RequestLog } from './request-log.ts'
import type { SessionStore } from './session-store.ts'
import type { Sessions } from './sessions.ts'
import type { SharedCounts } from './shared-counts.ts'
import type { TableSync } from './sync-table.ts'
import type { Table } from './table.ts'
import type { Tracing } from './tracing.ts'
import type { Upstreams } from './upstreams.ts'
import type { Waker } from './waker.ts'

/** What every request is handled with. */
export type Context = {
  table: Table
  sync: Pick<TableSync, 'refresh' | 'refreshPerson'>
  inFlight: InFlight
  sessions: Sessions
  sessionStore: SessionStore
  upstreams: Upstreams
  requestLog: RequestLog
  counts: SharedCounts
  waker: Waker
  knownLists: KnownLists
  metrics: Metrics
  /** Null: off. */
  tracing: Tracing | null
  keyUse: KeyUse
  identity: Identity
  callerSecrets: CallerSecrets
  /** Null: there is no dashboard that gives any out. */
  tokens: AccessTokens | null
  oauthSteps: OauthSteps
  site: Site
  dashboardOrigin: string | null
  /** A front that we trust says who the client is, by X-Forwarded-*. */
  trustProxy: boolean
  limits: Limits
  logger: Logger
  isReady: () => boolean
}
