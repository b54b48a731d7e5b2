import { once } from 'node:events'
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { AppError } from '@moorage/domain/error'
import { expect, test } from 'vitest'
import { requestBody } from './request-body.ts'

/** What a body of `bytes` becomes for a handler that takes 1 MB at most: its size, or the error's code. */
async function receive(bytes: Buffer, encoding: string): Promise<number | string> {
  let result: number | string = 0
  const server = createServer(async (request, response) => {
    try {
      for await (const chunk of requestBody(request, 1024 * 1024))
        result = Number(result) + chunk.length
    } catch (error) {
      result = error instanceof AppError ? error.code : 'other'
    }
    response.writeHead(200, { connection: 'close' }).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const headers = { 'content-encoding': encoding }
  const body = Uint8Array.from(bytes)
  await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body, headers }).catch(() => {})
  server.close()
  return result
}

test('a gzip body arrives unpacked', async () => {
  expect(await receive(gzipSync(Buffer.alloc(500_000)), 'gzip')).toBe(500_000)
})

test('a small body that unpacks to a large one is cut off at the cap', async () => {
  expect(await receive(gzipSync(Buffer.alloc(64 * 1024 * 1024)), 'gzip')).toBe('too_large')
})

test('other encodings, and gzip that is none, are refused', async () => {
  expect(await receive(Buffer.from('x'), 'br')).toBe('bad_input')
  expect(await receive(Buffer.from('not gzip'), 'gzip')).toBe('other')
})
