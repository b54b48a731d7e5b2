import type { Events } from '@moorage/bus/events'
import { type Db, poolOf } from '@moorage/db/client'
import type { Exchange } from './exchange.ts'
import type { Logger } from './logger.ts'
import { mcpName } from './mcp-name.ts'
import { type Payload, payloadText } from './payload.ts'
import { postgresJson } from './postgres-json.ts'
import type { ServerEntry } from './table.ts'

const batchRows = 1_000
const batchBytes = 1024 * 1024
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
  const batches: Batch[] = []
  let current = newBatch()
  let lost = 0
  const payloads = new Set<RowWithPayload>()
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
    for (let batch = next(); batch; batch = next()) {
      try {
        await insert(deps.db, batchJson(batch))
        batch.withPayload.forEach(dropPayload)
      } catch (error) {
        batches.unshift(batch)
        deps.logger.warn(
          { error, batches: batches.length, lost },
          'Request log could not be written yet',
        )
        return
      }
      void tell(batch.serverIds)
    }
  }

  function next(): Batch | null {
    const full = batches.shift()
    if (full) return full
    if (current.count === 0) return null
    const begun = current
    current = newBatch()
    return begun
  }

  function dropOldest(): void {
    const dropped = batches.shift()
    lost += dropped?.count ?? 0
    dropped?.withPayload.forEach(dropPayload)
  }

  /** Whoever follows a log looks by itself too, so what is lost here costs only time. */
  async function tell(serverIds: Set<string>): Promise<void> {
    try {
      for (const serverId of serverIds) await deps.events.publish({ type: 'request-log', serverId })
    } catch (error) {
      deps.logger.warn({ error }, 'Could not tell of new lines in the request log')
    }
  }

  function keepPayload(row: RowWithPayload): void {
    payloads.add(row)
    payloadBytes += row.payload?.keptBytes ?? 0
    for (const oldest of payloads) {
      if (payloadBytes <= heldPayloadBytes) return
      dropPayload(oldest)
    }
  }

  function dropPayload(row: RowWithPayload): void {
    payloadBytes -= row.payload?.keptBytes ?? 0
    row.payload = null
    payloads.delete(row)
  }

  function closeBatch(): void {
    batches.push(current)
    current = newBatch()
    if (batches.length > heldBatches) dropOldest()
    void flush()
  }

  return {
    add: (exchange) => {
      const { server, payload } = exchange
      if (!server) return
      const fields = rowFields(exchange, server)
      if (payload) {
        const row = { fields, payload, redact: server.routing.redact }
        current.withPayload.push(row)
        keepPayload(row)
      } else {
        // A character takes up to 3 bytes.
        if (current.length + 3 * fields.length > batchBytes) closeBatch()
        addRow(current, fields)
      }
      current.count += 1
      current.serverIds.add(server.serverId)
      if (current.count >= batchRows) closeBatch()
    },
    lost: () => lost,
    close: async () => {
      clearInterval(timer)
      await flush()
    },
  }
}

/**
 * Rows as text, outside the heap: objects that live until the next write would cost the requests more
 * in collections of garbage than it takes to write them.
 */
type Batch = {
  /** `{...},` for each row, in UTF-8. */
  bytes: Buffer
  length: number
  withPayload: RowWithPayload[]
  count: number
  serverIds: Set<string>
}
type RowWithPayload = { fields: string; payload: Payload | null; redact: readonly string[] }

function newBatch(): Batch {
  const bytes = Buffer.alloc(0)
  return { bytes, length: 0, withPayload: [], count: 0, serverIds: new Set() }
}

function addRow(batch: Batch, fields: string): void {
  // Most batches of a quiet server hold a few rows.
  if (batch.length + 3 * fields.length > batch.bytes.length) {
    const more = Buffer.allocUnsafeSlow(batch.length === 0 ? batchBytes / 16 : batchBytes)
    batch.bytes.copy(more, 0, 0, batch.length)
    batch.bytes = more
  }
  batch.length += batch.bytes.write(`{${fields}},`, batch.length, 'utf8')
}

function batchJson({ bytes, length, withPayload }: Batch): Buffer {
  const rows = withPayload.map(
    ({ fields, payload, redact }) => `{${fields}${payload ? payloadFields(payload, redact) : ''}}`,
  )
  // Each of the others has a comma behind it.
  const kept = bytes.subarray(0, rows.length > 0 ? length : length - 1)
  return Buffer.concat([Buffer.from('['), kept, Buffer.from(`${rows.join(',')}]`)])
}

/** Redacted only here, in the batch, as that takes its time. */
function payloadFields(payload: Payload, redact: readonly string[]): string {
  const request = payload.request && payloadText(payload.request, redact)
  const response = payloadText(Buffer.concat(payload.response), redact)
  return `,"requestBody":${json(request)},"responseBody":${json(response)}`
}

/** The row as the inside of a JSON object. */
function rowFields(exchange: Exchange, server: ServerEntry): string {
  const { req, res, principal, message, session, instance } = exchange
  const client = message?.client ?? session?.client ?? null
  const { method, target } = rpcNames(exchange)
  // Closed by the client before there was an answer, as nginx has it.
  const status = res.headersSent ? res.statusCode : 499
  const durationMs = Math.round((performance.now() - exchange.startedMs) * 100) / 100
  return (
    `"requestId":"${exchange.requestId}","serverId":"${server.serverId}",` +
    `"instanceId":${json(instance?.id)},"at":"${new Date(exchange.atMs).toISOString()}",` +
    `"principalId":${json(principal?.id)},"principalName":${json(principal?.name)},` +
    `"clientName":${json(clip(client?.name))},"clientVersion":${json(clip(client?.version))},` +
    `"protocol":${json(clip(protocolOf(exchange)))},"httpMethod":${json(req.method ?? '')},` +
    `"rpcMethod":${json(clip(method))},"target":${json(clip(target))},` +
    `"status":${status},"rpcErrorCode":${exchange.rpcErrorCode},"durationMs":${durationMs},` +
    (exchange.refusedBy === null ? '' : `"refusedBy":"${exchange.refusedBy}",`) +
    `"requestBytes":${Math.min(exchange.requestBytes, maxInt)},` +
    `"responseBytes":${Math.min(exchange.responseBytes, maxInt)}`
  )
}

/** What is nearly every value needs no escape. */
function json(value: string | null | undefined): string {
  if (value === null || value === undefined) return 'null'
  return /^[\w .:/@+-]*$/.test(value) ? `"${value}"` : postgresJson(value)
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
  return { method: text(req.headers['mcp-method']), target: mcpName(text(req.headers['mcp-name'])) }
}

function text(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header : null
}

function clip(value: string | null | undefined): string | null {
  return value ? value.slice(0, maxText) : null
}

/** One value for all: as bytes it goes to Postgres as it is, which Prisma would take its time over. */
async function insert(db: Db, rows: Buffer): Promise<void> {
  await poolOf(db).query(insertRows, [rows])
}

const insertRows = `
  INSERT INTO "RequestLog" ("requestId", "serverId", "instanceId", at, "principalId",
    "principalName", "clientName", "clientVersion", protocol, "httpMethod", "rpcMethod", target,
    status, "rpcErrorCode", "refusedBy", "durationMs", "requestBytes", "responseBytes", "requestBody",
    "responseBody")
  SELECT * FROM json_to_recordset($1::json) AS row(
    "requestId" text, "serverId" text, "instanceId" text, at timestamp, "principalId" text,
    "principalName" text, "clientName" text, "clientVersion" text, protocol text,
    "httpMethod" text, "rpcMethod" text, target text, status int, "rpcErrorCode" int, "refusedBy" text,
    "durationMs" float8, "requestBytes" int, "responseBytes" int,
    "requestBody" text, "responseBody" text)`
