import type { FetchLike } from '@modelcontextprotocol/client'
import { AppError } from '@moorage/domain/error'
import { cleanText } from './clean-json.ts'
import { type Connection, connect, connectStreamable, type Target } from './connection.ts'
import { explain } from './explain.ts'
import { guardFetch, type Sighting } from './guarded-fetch.ts'
import type { Handshake } from './handshake.ts'
import { listEntries } from './list-entries.ts'

export type ProbeOptions = {
  url: string
  /** For the whole handshake, lists and both eras included. */
  timeoutMs: number
  signal: AbortSignal
  headers?: Record<string, string>
  /** How the server is reached, where not every address may be. */
  fetch?: FetchLike
}

/** Of everything that the server sends during one probe. */
const maxBytes = 8 * 1024 * 1024

/**
 * A real MCP connection: server/discover (2026-07-28) and initialize (2025-11-25 and older) over
 * streamable HTTP, or HTTP+SSE where that is all there is; then every list. Throws AppError
 * `handshake_failed` that says what was seen, or `canceled`.
 */
export async function probe(options: ProbeOptions): Promise<Handshake> {
  const outcome = await tryHandshake(options)
  if ('handshake' in outcome) return outcome.handshake
  throw outcome.error
}

export type Outcome = { handshake: Handshake } | { seen: Sighting; error: AppError }

/** The same, with what was seen as data; throws `canceled` alone. */
export async function tryHandshake(options: ProbeOptions): Promise<Outcome> {
  if (options.signal.aborted) throw canceled()
  const deadline = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)])
  const guarded = guardFetch({
    origin: new URL(options.url).origin,
    headers: options.headers ?? {},
    ...(options.fetch ? { fetch: options.fetch } : {}),
    maxBytes,
    signal: deadline,
  })
  const { url, timeoutMs } = options
  try {
    const work = shakeHands({ url, timeoutMs, deadline, guarded })
    return { handshake: await withDeadline(work, deadline) }
  } catch (cause) {
    if (options.signal.aborted) throw canceled()
    const seen = guarded.lastSeen()
    return { seen, error: explain(seen, { url, cause }) }
  }
}

async function shakeHands(target: Target): Promise<Handshake> {
  const connection = await connect(target)
  try {
    const options = { signal: target.deadline, timeout: target.timeoutMs }
    const entries = await listEntries(connection.client, options)
    return { ...factsOf(connection), ...entries, eras: await erasOf(connection, target) }
  } finally {
    await connection.close()
  }
}

async function erasOf(connection: Connection, target: Target): Promise<Handshake['eras']> {
  if (connection.client.getProtocolEra() !== 'modern') return ['legacy']
  try {
    const legacy = await connectStreamable(target, 'legacy')
    await legacy.close()
    return ['legacy', 'modern']
  } catch {
    return ['modern']
  }
}

function factsOf({ client, transport }: Connection) {
  const info = client.getServerVersion()
  const instructions = client.getInstructions()
  return {
    protocolVersion: cleanText(client.getNegotiatedProtocolVersion() ?? '', 64),
    transport,
    serverInfo: {
      name: cleanText(info?.name ?? '', 256),
      version: cleanText(info?.version ?? '', 64),
      title: info?.title === undefined ? null : cleanText(info.title, 256),
    },
    instructions: instructions === undefined ? null : cleanText(instructions, 16_384),
  }
}

function canceled(): AppError {
  return new AppError('canceled', 'The handshake was canceled.')
}

function withDeadline<T>(work: Promise<T>, deadline: AbortSignal): Promise<T> {
  const late = Promise.withResolvers<never>()
  const onAbort = () => late.reject(deadline.reason)
  if (deadline.aborted) onAbort()
  deadline.addEventListener('abort', onAbort, { once: true })
  return Promise.race([work, late.promise]).finally(() =>
    deadline.removeEventListener('abort', onAbort),
  )
}
