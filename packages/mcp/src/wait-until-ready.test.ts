import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '@moorage/embedded/free-port'
import { expect, test } from 'vitest'
import { listen } from './fixtures/listen.ts'
import { modernServer } from './fixtures/modern-server.ts'
import { waitUntilReady } from './wait-until-ready.ts'

const alive = async () => true

test('waits for a server that opens its port late', async () => {
  const port = await freePort(0)
  const waiting = waitUntilReady({ ...options(port, 10_000), isAlive: alive })
  await wait(400)
  await using _server = await listen(modernServer(), port)
  expect((await waiting).serverInfo.name).toBe('modern')
})

test('waits for a server that answers wrongly at first', async () => {
  const handle = modernServer()
  const readyAt = Date.now() + 600
  await using server = await listen((request, response) => {
    if (Date.now() > readyAt) return handle(request, response)
    response.writeHead(503).end()
  })
  const found = await waitUntilReady({ ...options(server.port, 10_000), isAlive: alive })
  expect(found.tools).toHaveLength(1)
})

test('gives up on a dead instance at once', async () => {
  const started = Date.now()
  const dead = waitUntilReady({
    ...options(await freePort(0), 30_000),
    isAlive: async () => Date.now() - started < 300,
  })
  await expect(dead).rejects.toMatchObject({
    code: 'start_failed',
    userMessage: expect.stringMatching(/exited/),
  })
  expect(Date.now() - started).toBeLessThan(3000)
})

test('says at the time limit that nothing answered', async () => {
  const started = Date.now()
  const waiting = waitUntilReady({ ...options(await freePort(0), 800), isAlive: alive })
  await expect(waiting).rejects.toMatchObject({
    code: 'handshake_failed',
    userMessage: expect.stringMatching(/Nothing answered/),
  })
  expect(Date.now() - started).toBeLessThan(2500)
})

test('says at the time limit that the path was wrong', async () => {
  await using server = await listen((_, response) => response.writeHead(404).end())
  const waiting = waitUntilReady({ ...options(server.port, 800), isAlive: alive })
  await expect(waiting).rejects.toMatchObject({
    userMessage: expect.stringMatching(/answers 404 at \/mcp/),
  })
})

test('stops when it is canceled', async () => {
  const controller = new AbortController()
  const { url, timeoutMs } = options(await freePort(0), 30_000)
  setTimeout(() => controller.abort(), 200)
  const waiting = waitUntilReady({ url, timeoutMs, signal: controller.signal, isAlive: alive })
  await expect(waiting).rejects.toMatchObject({ code: 'canceled' })
})

function options(port: number, timeoutMs: number) {
  const url = `http://127.0.0.1:${port}/mcp`
  return { url, timeoutMs, signal: new AbortController().signal }
}
