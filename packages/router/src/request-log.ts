import type { Events } from '@moorage/bus/events'
import type { Db } from '@moorage/db/client'
import type { Exchange } from './exchange.ts'
import type { Logger } from './logger.ts'
import { type Payload, payloadText } from './payload.ts'
import { postgresJson } from './postgres-json.ts'

const batchRows = 1_000
const batchMs = 500
/** What is held while Postgres is away or slow; beyond it the oldest go, and are counted. */
const heldBatches = 20
/** Payloads take more than rows: beyond this they go, and the rows stay. */
const heldPayloadBytes = 32 * 1024 * 1024
const maxText = 300
const maxInt = 2_147_483_647

export type RequestLog = {
  add(exchange: Exchange): void
  /** Rows that were dropped since the start. */
  lost(): number
  close(): Promise<void>
}

/** One row a request, written in batches, never on a request's path. */
export function createRequestLog(deps: { db: Db; events: Events; logger: Logger }): RequestLog {
  /** Full ones, oldest first; dropping or taking one moves no row. */
  const batches: Row[][] = []
  let rows: Row[] = []
  let lost = 0
  const payloads = new Map<Row, { payload: Payload; redact: readonly string[] }>()
  let payloadBytes = 0
  let writing: Promise<void> | null = null
  const timer = setInterval(() => void flush(), batchMs)
  timer.unref()

  function flush(): Promise<void> {
    writing ??= write().finally(() => {
      writing = null
    })
    return writing
  }

  async function write(): Promise<void> {
    for (let batch = next(); batch.length > 0; batch = next()) {
      try {
        await insert(deps.db, batch.map(complete))
        batch.forEach(dropPayload)
      } catch (error) {
        batches.unshift(batch)
        deps.logger.warn(
          { error, batches: batches.length, lost },
          'Request log could not be written yet',
        )
        return
      }
      void tell(new Set(batch.map((row) => row.serverId)))
    }
  }

  function next(): Row[] {
    const full = batches.shift()
    if (full) return full
    const begun = rows
    rows = []
    return begun
  }

  function dropOldest(): void {
    const dropped = batches.shift() ?? []
    lost += dropped.length
    dropped.forEach(dropPayload)
  }

  /** Whoever follows a log looks by itself too, so what is lost here costs only time. */
  async function tell(serverIds: Set<string>): Promise<void> {
    try {
      for (const serverId of serverIds) await deps.events.publish({ type: 'request-log', serverId })
    } catch (error) {
      deps.logger.warn({ error }, 'Could not tell of new lines in the request log')
    }
  }

  function keepPayload(row: Row, { payload, server }: Exchange): void {
    if (!payload || !server) return
    payloads.set(row, { payload, redact: server.routing.redact })
    payloadBytes += payload.keptBytes
    for (const oldest of payloads.keys()) {
      if (payloadBytes <= heldPayloadBytes) return
      dropPayload(oldest)
    }
  }

  function dropPayload(row: Row): void {
    payloadBytes -= payloads.get(row)?.payload.keptBytes ?? 0
    payloads.delete(row)
  }

  function complete(row: Row): object {
    const kept = payloads.get(row)
    return kept ? withPayload(row, kept.payload, kept.redact) : row
  }

  return {
    add: (exchange) => {
      const row = logRow(exchange)
      if (!row) return
      keepPayload(row, exchange)
      rows.push(row)
      if (rows.length < batchRows) return
      batches.push(rows)
      rows = []
      if (batches.length > heldBatches) dropOldest()
      void flush()
    },
    lost: () => lost,
    close: async () => {
      clearInterval(timer)
      await flush()
    },
  }
}

type Row = NonNullable<ReturnType<typeof logRow>>

/** Null where the request named no server of ours. */
function logRow(exchange: Exchange) {
  const { req, res, server, principal, message, session, instance } = exchange
  if (!server) return null
  const client = message?.client ?? session?.client ?? null
  const { method, target } = rpcNames(exchange)
  return {
    requestId: exchange.requestId,
    serverId: server.serverId,
    instanceId: instance?.id ?? null,
    at: exchange.at,
    principalId: principal?.id ?? null,
    principalName: principal?.name ?? null,
    clientName: clip(client?.name),
    clientVersion: clip(client?.version),
    protocol: clip(protocolOf(exchange)),
    httpMethod: req.method ?? '',
    rpcMethod: clip(method),
    target: clip(target),
    // Closed by the client before there was an answer, as nginx has it.
    status: res.headersSent ? res.statusCode : 499,
    rpcErrorCode: exchange.rpcErrorCode,
    durationMs: Math.round((performance.now() - exchange.startedMs) * 100) / 100,
    requestBytes: Math.min(exchange.requestBytes, maxInt),
    responseBytes: Math.min(exchange.responseBytes, maxInt),
  }
}

/** Redacted only here, in the batch, as that takes its time. */
function withPayload(row: Row, payload: Payload, redact: readonly string[]) {
  return {
    ...row,
    requestBody: payload.request && payloadText(payload.request, redact),
    responseBody: payloadText(Buffer.concat(payload.response), redact),
  }
}

function protocolOf({ req, message, session }: Exchange): string | null {
  const header = req.headers['mcp-protocol-version']
  return typeof header === 'string' ? header : (message?.protocol ?? session?.protocol ?? null)
}

/** From the body where it was looked into; else by header, which counts from 2026-07-28 on. */
function rpcNames(exchange: Exchange): { method: string | null; target: string | null } {
  const { message, req } = exchange
  if (message) return message
  if ((protocolOf(exchange) ?? '') < '2026-07-28') return { method: null, target: null }
  return { method: text(req.headers['mcp-method']), target: decoded(text(req.headers['mcp-name'])) }
}

function text(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header : null
}

/** Non-ASCII travels as `=?base64?...?=`. */
function decoded(value: string | null): string | null {
  const base64 = value?.match(/^=\?base64\?([A-Za-z0-9+/=]*)\?=$/)?.[1]
  return base64 === undefined ? value : Buffer.from(base64, 'base64').toString('utf8')
}

function clip(value: string | null | undefined): string | null {
  return value ? value.slice(0, maxText) : null
}

async function insert(db: Db, rows: object[]): Promise<void> {
  await db.$executeRaw`
    INSERT INTO "RequestLog" ("requestId", "serverId", "instanceId", at, "principalId",
      "principalName", "clientName", "clientVersion", protocol, "httpMethod", "rpcMethod", target,
      status, "rpcErrorCode", "durationMs", "requestBytes", "responseBytes", "requestBody",
      "responseBody")
    SELECT * FROM json_to_recordset(${postgresJson(rows)}::json) AS row(
      "requestId" text, "serverId" text, "instanceId" text, at timestamp, "principalId" text,
      "principalName" text, "clientName" text, "clientVersion" text, protocol text,
      "httpMethod" text, "rpcMethod" text, target text, status int, "rpcErrorCode" int,
      "durationMs" float8, "requestBytes" int, "responseBytes" int,
      "requestBody" text, "responseBody" text)`
}
