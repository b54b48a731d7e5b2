import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { AppError } from '@moorage/domain/error'
import type { Exchange } from './exchange.ts'
import type { Limits } from './limits.ts'
import { QuickRequest } from './quick-request.ts'

/**
 * A body that is held (it came whole and was small) may be sent twice; one that streams only once,
 * with the length that the client gave.
 */
export type RequestBody =
  | { kind: 'none' }
  | { kind: 'held'; bytes: Buffer }
  | { kind: 'stream'; stream: Readable; length: number | null }

/** Rejects with `too_large`. The exchange is told of every chunk as it comes. */
export function readRequestBody(
  exchange: Exchange,
  limits: Limits,
): RequestBody | Promise<RequestBody> {
  const { req } = exchange
  if (req instanceof QuickRequest) {
    noteBytes(exchange, req.body.length)
    return { kind: 'held', bytes: req.body }
  }
  const length = declaredLength(req)
  return length !== null && length > 0 && length <= limits.replayBytes
    ? collect(exchange, req)
    : readLongBody(exchange, req, length, limits)
}

async function readLongBody(
  exchange: Exchange,
  req: IncomingMessage,
  length: number | null,
  limits: Limits,
): Promise<RequestBody> {
  const onBytes = (count: number) => noteBytes(exchange, count)
  if (length === 0) return { kind: 'none' }
  if (length !== null && length > limits.bodyBytes) throw tooLarge(limits)
  const source = counted(req, limits, onBytes)
  if (length !== null) return streamed(source, length)
  const held: Buffer[] = []
  let size = 0
  for (;;) {
    const next = await source.next()
    if (next.done) return { kind: 'held', bytes: joined(held) }
    held.push(next.value)
    size += next.value.length
    if (size > limits.replayBytes) return streamed(chain(held, source), length)
  }
}

function streamed(chunks: AsyncIterable<Buffer>, length: number | null): RequestBody {
  return { kind: 'stream', stream: Readable.from(chunks, { objectMode: false }), length }
}

/** Null: chunked. 0: there is none. */
function declaredLength(req: IncomingMessage): number | null {
  if (req.headers['transfer-encoding'] !== undefined) return null
  return Number(req.headers['content-length'] ?? 0)
}

/** The quick way for what is nearly every body: HTTP itself holds it to the length it declares. */
function collect(exchange: Exchange, req: IncomingMessage): Promise<RequestBody> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => {
      noteBytes(exchange, chunk.length)
      chunks.push(chunk)
    })
    req.on('end', () => {
      resolve({ kind: 'held', bytes: joined(chunks) })
      chunks = []
    })
    req.on('error', reject)
    req.on('close', () => req.complete || reject(new Error('The client left in mid-body.')))
  })
}

function noteBytes(exchange: Exchange, count: number): void {
  exchange.requestBytes += count
  exchange.lastByteMs = performance.now()
}

async function* counted(
  req: IncomingMessage,
  limits: Limits,
  onBytes: (count: number) => void,
): AsyncGenerator<Buffer> {
  let size = 0
  // The socket must outlive the body: the answer, be it a refusal, goes out on it.
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    size += chunk.length
    onBytes(chunk.length)
    if (size > limits.bodyBytes) throw tooLarge(limits)
    yield chunk
  }
}

async function* chain(held: Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* held.splice(0)
  yield* rest
}

function joined(chunks: Buffer[]): Buffer {
  const [first] = chunks
  return chunks.length === 1 && first ? first : Buffer.concat(chunks)
}

function tooLarge(limits: Limits): AppError {
  return new AppError(
    'too_large',
    `The request body is larger than ${Math.floor(limits.bodyBytes / 1024 / 1024)} MB.`,
    { hint: 'Send less, or hand the server a link to the data.' },
  )
}
