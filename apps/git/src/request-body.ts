import type { IncomingMessage } from 'node:http'
import type { Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { AppError } from '@moorage/domain/error'

/** The body unpacked, streamed, and cut off with `too_large` past the cap: a gzip bomb ends there. */
export function requestBody(request: IncomingMessage, maxBytes: number): AsyncIterable<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return capped(request, maxBytes)
  if (encoding !== 'gzip' && encoding !== 'x-gzip')
    throw new AppError('bad_input', 'Only gzip is understood as content encoding.')
  const gunzip: Transform = createGunzip()
  request.on('error', (error) => gunzip.destroy(error))
  request.on('aborted', () => gunzip.destroy(new Error('the client went away')))
  return capped(request.pipe(gunzip), maxBytes)
}

async function* capped(body: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let seen = 0
  for await (const chunk of body) {
    seen += chunk.length
    if (seen > maxBytes)
      throw new AppError('too_large', `This is over ${Math.floor(maxBytes / 1048576)} MB.`, {
        hint: 'Take large files out of the history.',
      })
    yield chunk
  }
}
