import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { AppError } from '@moorage/domain/error'
import type { Limits } from './limits.ts'

/**
 * A body that is held (it came whole and was small) may be sent twice; one that streams only once,
 * with the length that the client gave.
 */
export type RequestBody =
  | { kind: 'none' }
  | { kind: 'held'; bytes: Buffer }
  | { kind: 'stream'; stream: Readable; length: number | null }

/** `onBytes` is told of every chunk as it comes. Throws `too_large`. */
export async function readRequestBody(
  req: IncomingMessage,
  limits: Limits,
  onBytes: (count: number) => void,
): Promise<RequestBody> {
  const length = declaredLength(req)
  if (length === 0) return { kind: 'none' }
  if (length !== null && length > limits.bodyBytes) throw tooLarge(limits)
  if (length !== null && length <= limits.replayBytes) {
    return { kind: 'held', bytes: await collect(req, onBytes) }
  }
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
function collect(req: IncomingMessage, onBytes: (count: number) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => {
      onBytes(chunk.length)
      chunks.push(chunk)
    })
    req.once('end', () => resolve(joined(chunks)))
    req.once('error', reject)
    req.once('close', () => req.complete || reject(new Error('The client left in mid-body.')))
  })
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
