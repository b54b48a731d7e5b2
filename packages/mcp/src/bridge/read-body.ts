import type { IncomingMessage } from 'node:http'
import { BadRequest } from './bad-request.ts'
import { invalidRequest } from './json-rpc.ts'

const maxBytes = 32 * 1024 * 1024

/** The whole body, at most 32 MiB. Throws BadRequest. */
export async function readBody(req: IncomingMessage): Promise<string> {
  const tooLarge = () => new BadRequest(413, invalidRequest, 'The body is larger than 32 MiB.')
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  // The connection stays, for the answer to a body that is too large.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
