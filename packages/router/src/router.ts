import type { EncryptionKey } from '@moorage/access/secret-box'
import type { Events } from '@moorage/bus/events'
import type { Db } from '@moorage/db/client'
import type { Registry } from 'prom-client'
import { createAccessTokens } from './access-tokens.ts'
import { busyInstances } from './busy-instances.ts'
import { createCallerSecrets } from './caller-secrets.ts'
import type { Context } from './context.ts'
import { createClientServer } from './create-server.ts'
import { handle } from './handle.ts'
import { endAllIdleStreams, endForbidden, endIdleStreams, tendStreams } from './housekeeping.ts'
import { createIdentity } from './identity.ts'
import { createIdentityKeys } from './identity-keys.ts'
import { createInFlight } from './in-flight.ts'
import { createInstanceUse } from './instance-use.ts'
import { createKeyUse } from './key-use.ts'
import { createKnownLists } from './known-lists.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { createListener } from './listener.ts'
import type { Logger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { keepNodeRow } from './node-row.ts'
import { createOauthSteps } from './oauth-steps.ts'
import { type ClientRequest, type ClientResponse, createQuickFront } from './quick-front.ts'
import { refuseBroken } from './refuse-broken.ts'
import { createRequestLog } from './request-log.ts'
import { createSessionStore } from './session-store.ts'
import { createSessions } from './sessions.ts'
import { createSharedCounts } from './shared-counts.ts'
import { syncTable } from './sync-table.ts'
import { createTable } from './table.ts'
import { createUpstreams, type Remotes } from './upstreams.ts'
import { createWaker } from './waker.ts'

export type RouterOptions = {
  db: Db
  events: Events
  logger: Logger
  /** Names this router in RouterNode; each that runs needs its own. */
  nodeId: string
  /** 32 bytes: opens what is sealed in the database. */
  encryptionKey: EncryptionKey
  /** How clients reach this router; servers find it as `iss` in Moorage-Identity. */
  publicUrl?: string | undefined
  /** Speak TLS with the certificates there (certificates.ts); undefined: plain HTTP. */
  certificatesDir?: string | undefined
  /** Where traces go, such as http://collector:4318/v1/traces; undefined: nowhere. */
  otlpUrl?: string | undefined
  /** Servers answer at `<slug>.<baseDomain>` too. */
  baseDomain?: string | undefined
  /** Pages of this origin may call servers, and access tokens are from there. */
  dashboardUrl?: string | undefined
  /** Believe X-Forwarded-*: only where a front of our own sets them, and nobody else reaches us. */
  trustProxy?: boolean | undefined
  /** How servers that run elsewhere may be reached. */
  remotes?: Remotes | undefined
  limits?: Partial<Limits> | undefined
}

/**
 * How long what is in flight may take to finish, and how long an idle connection stays open for a
 * request that is on its way. Read again and again, so it may change meanwhile.
 */
export type Patience = { graceMs: number; lingerMs: number }

export type Router = {
  /** What Prometheus reads. */
  metrics: Registry
  /** Fills the table, then listens. Port 0 takes any. */
  listen(at: { host: string; port: number }): Promise<{ port: number }>
  /** Signs who calls with a new key, at every router; the old one can be fetched while it is needed. */
  rotateIdentityKey(): Promise<void>
  /**
   * Takes nothing new, lets what is in flight finish, writes down the rest. Where another router
   * takes over at the same address, with `patience` nobody notices.
   */
  close(patience?: Patience): Promise<void>
}

/** The data plane of one process. It serves nothing before `listen`, and `close` lets requests under way end. */
export function createRouter(options: RouterOptions): Router {
  const { db, events, logger, nodeId } = options
  const limits = { ...defaultLimits, ...options.limits }
  const dashboard = options.dashboardUrl ? new URL(options.dashboardUrl) : null
  const table = createTable()
  const instanceUse = createInstanceUse(db, logger)
  const inFlight = createInFlight({
    onUse: instanceUse.note,
    onEmpty: (instanceId) => {
      // A drain waits for just that.
      if (isReady && !table.instance(instanceId)?.current) void node.acknowledge()
    },
  })
  const store = createSessionStore({ db, events, logger, nodeId })
  const sessions = createSessions(limits, store)
  const keyUse = createKeyUse(db, logger)
  const identityKeys = createIdentityKeys({ db, encryptionKey: options.encryptionKey })
  const identity = createIdentity({ keys: identityKeys, issuer: options.publicUrl ?? 'moorage' })
  const tokens = dashboard ? createAccessTokens({ db, issuer: dashboard.origin }) : null
  const oauthSteps = createOauthSteps({ db, logger })
  const counts = createSharedCounts({ events, logger })
  const upstreams = createUpstreams(options.remotes)
  const requestLog = createRequestLog({ db, events, logger })
  const metrics = createMetrics({ table, inFlight, sessions, requestLog })
  let isReady = false
  let unsubscribe = async () => {}

  const sync = syncTable({
    db,
    encryptionKey: options.encryptionKey,
    events,
    table,
    logger,
    onApplied,
  })
  const node = keepNodeRow({
    ...{ db, events, logger, nodeId },
    state: () => ({
      appliedVersion: sync.appliedVersion(),
      busy: busyInstances(context),
      lostRows: requestLog.lost(),
    }),
  })
  const { wakeMs } = limits
  const waker = createWaker({ events, logger, table, sync, wakeMs, onWoken: metrics.noteWake })
  const context: Context = {
    ...{
      table,
      sync,
      inFlight,
      sessions,
      sessionStore: store,
      upstreams,
      requestLog,
      keyUse,
      identity,
      callerSecrets: createCallerSecrets({ encryptionKey: options.encryptionKey, table, logger }),
      tokens,
      oauthSteps,
      counts,
      waker,
      knownLists: createKnownLists(),
      metrics,
      tracing: null,
      limits,
      logger,
    },
    site: {
      baseDomain: options.baseDomain?.toLowerCase() ?? null,
      hostnames: dashboard ? [dashboard.hostname] : [],
      slugOf: (hostname) => table.serverByHostname(hostname)?.slug,
    },
    dashboardOrigin: dashboard?.origin ?? null,
    trustProxy: options.trustProxy ?? false,
    isReady: () => isReady,
  }

  async function onApplied({ routes }: { routes: boolean }): Promise<void> {
    endForbidden(context)
    if (!routes) return
    waker.look()
    endIdleStreams(context)
    upstreams.prune(table)
    if (isReady) await node.acknowledge()
  }

  function sweepSessions(): void {
    sessions.sweep()
    void store.sweep(new Date(Date.now() - limits.sessionIdleMs))
  }

  async function refreshIdentityKeys(): Promise<void> {
    await identityKeys
      .refresh()
      .catch((error: unknown) => logger.warn({ error }, 'Keys of the identity were not read'))
  }

  async function startSessions(): Promise<void> {
    unsubscribe = await events.subscribe((event) => {
      if (event.type === 'session' && event.nodeId !== nodeId)
        sessions.markStale(event.serverId, event.sessionId)
    })
    const usedSince = new Date(Date.now() - limits.sessionIdleMs)
    for (const session of await store.load(usedSince)) sessions.adopt(session)
  }

  const { server, prepare } = createClientServer(
    {
      requestTimeout: limits.requestMs,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.min(10_000, limits.headersMs),
      // Above that of a front, which else would send into a connection that we are closing.
      keepAliveTimeout: 130_000,
      maxHeaderSize: 32 * 1024,
      noDelay: true,
    },
    options.certificatesDir,
    logger,
    onRequest,
  )
  function onRequest(req: ClientRequest, res: ClientResponse): void {
    listener.begin(res)
    handle(context, req, res).catch((error) => {
      logger.error({ error }, 'A refusal could not be sent')
      res.destroy()
    })
  }
  server.on('clientError', (error, socket) => refuseBroken(inFlight, error, socket))
  const front = options.certificatesDir === undefined ? createQuickFront(server, onRequest) : null
  const listener = createListener(server)

  const timers = [
    setInterval(() => tendStreams(context), Math.min(5_000, limits.keepAliveMs)),
    setInterval(() => endIdleStreams(context), 1_000),
    setInterval(() => void store.flush(), 500),
    setInterval(() => void keyUse.flush(), 5_000),
    setInterval(() => void oauthSteps.flush(), 1_000),
    setInterval(() => void instanceUse.flush(), 1_000),
    setInterval(sweepSessions, 60_000),
    setInterval(() => void refreshIdentityKeys(), 15_000),
  ]
  for (const timer of timers) timer.unref()

  return {
    metrics: metrics.registry,
    rotateIdentityKey: async () => {
      await identityKeys.rotate()
      logger.info({}, 'There is a new key for the identity, in use in a minute')
    },
    listen: async (at) => {
      await sync.start()
      await identityKeys.refresh()
      // Loaded only where it is wanted.
      if (options.otlpUrl)
        context.tracing = (await import('./tracing.ts')).createTracing(options.otlpUrl)
      await counts.start()
      await startSessions()
      await prepare()
      isReady = true
      await node.acknowledge()
      return { port: await listener.listen(at) }
    },
    close: async (patience = { graceMs: limits.graceMs, lingerMs: 0 }) => {
      isReady = false
      await listener.stop(front, patience, () => endAllIdleStreams(context))
      for (const timer of timers) clearInterval(timer)
      await unsubscribe()
      await sync.stop()
      await counts.close()
      await instanceUse.flush()
      await Promise.all([
        requestLog.close(),
        store.flush(),
        keyUse.flush(),
        oauthSteps.flush(),
        node.remove(),
      ])
      await upstreams.close()
      await context.tracing?.close()
    },
  }
}
