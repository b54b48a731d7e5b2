import { collectDefaultMetrics, type Gauge, Registry } from 'prom-client'
import type { Exchange } from './exchange.ts'
import type { InFlight } from './in-flight.ts'
import type { RequestLog } from './request-log.ts'
import type { Sessions } from './sessions.ts'
import type { InstanceEntry, Table } from './table.ts'

const bucketSeconds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
]

/** What became of the requests to one server since the start. */
type Tally = {
  statuses: Map<number, number>
  rpcErrors: number
  durations: Durations
  /** From asking for a server that sleeps to having it. */
  wakes: Durations
}
/** `buckets`: how many took up to the seconds of each and more than those of the one before. */
type Durations = { buckets: number[]; count: number; seconds: number }
type Value = { labels: Record<string, string | number>; value: number; metricName?: string }

export type Metrics = {
  note(exchange: Exchange): void
  noteWake(instance: InstanceEntry, seconds: number): void
  registry: Registry
}

/**
 * What Prometheus reads. Requests are tallied in plain numbers, as that costs them next to nothing,
 * and put into its form only when it asks. The label `server` is the slug.
 */
export function createMetrics(of: {
  table: Table
  inFlight: InFlight
  sessions: Sessions
  requestLog: RequestLog
}): Metrics {
  const { table } = of
  const registry = new Registry()
  const tallies = new Map<string, Tally>()
  collectDefaultMetrics({ register: registry })

  function add(
    name: string,
    type: string,
    help: string,
    values: () => Value[],
    aggregator: 'sum' | 'max' = 'sum',
  ): void {
    const metric = {
      name,
      help,
      type,
      aggregator,
      get: async () => ({ ...metric, values: values() }),
    }
    // The registry asks no more of a metric than this, whatever its type says.
    registry.registerMetric(metric as unknown as Gauge)
  }

  function* byServer(): Generator<[slug: string, tally: Tally]> {
    for (const [id, tally] of tallies) {
      const server = table.server(id)
      if (server) yield [server.slug, tally]
      else tallies.delete(id)
    }
  }

  function counted(of: Iterable<[serverId: string | undefined, count: number]>): Value[] {
    const counts = new Map<string, number>()
    for (const [id, count] of of) {
      const slug = id === undefined ? undefined : table.server(id)?.slug
      if (slug !== undefined) counts.set(slug, (counts.get(slug) ?? 0) + count)
    }
    return [...counts].map(([server, value]) => ({ labels: { server }, value }))
  }

  function* sessions(): Generator<[serverId: string | undefined, count: number]> {
    for (const id of of.sessions.homes()) yield [table.instance(id)?.serverId, of.sessions.at(id)]
  }

  add('moorage_requests_total', 'counter', 'Requests, by HTTP status.', () =>
    [...byServer()].flatMap(([server, { statuses }]) =>
      [...statuses].map(([status, value]) => ({ labels: { server, status }, value })),
    ),
  )
  add('moorage_rpc_errors_total', 'counter', 'JSON-RPC errors of servers.', () =>
    [...byServer()].map(([server, { rpcErrors }]) => ({ labels: { server }, value: rpcErrors })),
  )
  add(
    'moorage_request_duration_seconds',
    'histogram',
    'From the first byte of a request to the last of its answer; streams for notifications do not count.',
    () =>
      [...byServer()].flatMap(([server, { durations }]) =>
        histogram('moorage_request_duration_seconds', server, durations),
      ),
  )
  add(
    'moorage_wake_duration_seconds',
    'histogram',
    'What the first request to a server that slept waited for it.',
    () =>
      [...byServer()]
        .filter(([, { wakes }]) => wakes.count > 0)
        .flatMap(([server, { wakes }]) =>
          histogram('moorage_wake_duration_seconds', server, wakes),
        ),
  )
  add('moorage_open_streams', 'gauge', 'Streams of events that are open.', () =>
    counted(streams(of.inFlight)),
  )
  // Workers know much the same sessions and servers.
  add('moorage_sessions', 'gauge', 'Legacy sessions.', () => counted(sessions()), 'max')
  add(
    'moorage_request_log_lost_total',
    'counter',
    'Lines of the request log that were dropped.',
    () => [{ labels: {}, value: of.requestLog.lost() }],
  )
  const servers = () => [{ labels: {}, value: table.serverIds().length }]
  add('moorage_servers', 'gauge', 'Servers in the route table.', servers, 'max')

  return {
    registry,
    note: (exchange) => tally(tallies, exchange),
    noteWake: ({ serverId }, seconds) => count(tallyOf(tallies, serverId).wakes, seconds),
  }
}

function tally(tallies: Map<string, Tally>, exchange: Exchange): void {
  const { server, res, req, message } = exchange
  if (!server) return
  const found = tallyOf(tallies, server.id)
  const status = res.headersSent ? res.statusCode : 499
  found.statuses.set(status, (found.statuses.get(status) ?? 0) + 1)
  if (exchange.rpcErrorCode !== null) found.rpcErrors += 1
  if (req.method === 'GET' || message?.method === 'subscriptions/listen') return
  count(found.durations, (performance.now() - exchange.startedMs) / 1_000)
}

function tallyOf(tallies: Map<string, Tally>, serverId: string): Tally {
  const found = tallies.get(serverId)
  if (found) return found
  const begun = {
    statuses: new Map(),
    rpcErrors: 0,
    durations: noDurations(),
    wakes: noDurations(),
  }
  tallies.set(serverId, begun)
  return begun
}

function noDurations(): Durations {
  return { buckets: Array(bucketSeconds.length + 1).fill(0), count: 0, seconds: 0 }
}

function count(durations: Durations, seconds: number): void {
  const bucket = bucketSeconds.findIndex((most) => seconds <= most)
  const at = bucket === -1 ? bucketSeconds.length : bucket
  durations.buckets[at] = (durations.buckets[at] ?? 0) + 1
  durations.count += 1
  durations.seconds += seconds
}

function histogram(name: string, server: string, { buckets, count, seconds }: Durations): Value[] {
  let sum = 0
  return [
    ...[...bucketSeconds, '+Inf'].map((le, at) => {
      sum += buckets[at] ?? 0
      return { metricName: `${name}_bucket`, labels: { server, le }, value: sum }
    }),
    { metricName: `${name}_sum`, labels: { server }, value: seconds },
    { metricName: `${name}_count`, labels: { server }, value: count },
  ]
}

function* streams(inFlight: InFlight): Generator<[serverId: string | undefined, count: number]> {
  for (const { isStream, server } of inFlight.all()) if (isStream) yield [server?.id, 1]
}
