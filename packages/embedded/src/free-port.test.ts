import { createServer, type Server } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { freePort } from './free-port.ts'

const open: Server[] = []
afterAll(() => {
  for (const server of open) server.close()
})

test('passes over a port that someone listens on', async () => {
  const busy = await freePort(0)
  const server = createServer()
  open.push(server)
  await new Promise<void>((resolve) => server.listen(busy, '127.0.0.1', resolve))
  const found = await freePort(busy)
  expect(found).toBeGreaterThan(busy)
})

test('passes over a port that was promised to another', async () => {
  const promised = await freePort(0)
  expect(await freePort(promised, '127.0.0.1', new Set([promised]))).toBeGreaterThan(promised)
})
