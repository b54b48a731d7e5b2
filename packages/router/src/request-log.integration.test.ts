import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createDb } from '@moorage/db/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { beginExchange } from './exchange.ts'
import { createRequestLog } from './request-log.ts'
import type { ServerEntry } from './table.ts'
import { bearer, send } from './testing/client.ts'
import { startPlatform, type TestPlatform, type TestServer, until } from './testing/platform.ts'
import { startUpstream, type Upstream } from './testing/upstream.ts'

let platform: TestPlatform
let upstream: Upstream
let teamId: string
let url: string
let nodeId: string

beforeAll(async () => {
  platform = await startPlatform()
  upstream = await startUpstream((req, res) => {
    req.resume()
    res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    res.write('event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{"token":"hunter2"}}\n\n')
    res.end('data: {"jsonrpc":"2.0","id":1,"result":{"text":"fine"}}\n\n')
  })
  teamId = await platform.addTeam()
  const router = await platform.startRouter()
  url = router.url
  nodeId = router.nodeId
})

afterAll(async () => {
  await platform.close()
  await upstream.stop()
})

async function call(routing: object): Promise<TestServer> {
  const server = await platform.addServer(teamId, { routing: { ...routing } })
  const { version } = await platform.deploy(server, upstream.port)
  await platform.drained(nodeId, version, [])
  const { key } = await platform.addKey(teamId)
  const body = JSON.stringify({
    ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
    params: { name: 'pay', arguments: { iban: 'DE1', password: 'hunter2', amount: 3 } },
  })
  const ask = { method: 'POST', headers: bearer(key), body }
  await until(async () => (await send(`${url}/${server.slug}/mcp`, ask)).status === 200)
  return server
}

async function logged(server: TestServer) {
  const where = { serverId: server.id, status: 200 }
  await until(async () => (await platform.db.requestLog.count({ where })) === 1)
  return platform.db.requestLog.findFirstOrThrow({ where })
}

test('payloads are kept where the server says so, without what is secret', async () => {
  const row = await logged(await call({ keepPayloads: true, redact: ['iban'] }))
  expect(JSON.parse(row.requestBody ?? '')).toMatchObject({
    params: { arguments: { iban: '[redacted]', password: '[redacted]', amount: 3 } },
  })
  const [first, second] = row.responseBody?.split('\n').map((line) => JSON.parse(line)) ?? []
  expect(first.result).toEqual({ token: '[redacted]' })
  expect(second.result).toEqual({ text: 'fine' })
})

test('payloads are not kept by default', async () => {
  const row = await logged(await call({}))
  expect(row).toMatchObject({ requestBody: null, responseBody: null, target: 'pay' })
})

test('while Postgres is away 20,000 lines are held, and what goes beyond them is counted', async () => {
  const db = createDb('postgresql://nobody@127.0.0.1:1/nothing', { maxConnections: 1 })
  const logger = { info: () => {}, warn: () => {}, error: () => {} }
  const log = createRequestLog({ db, events: platform.events, logger })
  const exchange = beginExchange(
    { method: 'POST', headers: {} } as IncomingMessage,
    new EventEmitter() as ServerResponse,
  )
  exchange.server = { id: 'srv_1' } as ServerEntry
  for (let i = 0; i < 20_000; i += 1) log.add(exchange)
  expect(log.lost()).toBe(0)
  for (let i = 0; i < 5_000; i += 1) log.add(exchange)
  await until(() => log.lost() >= 4_000)
  expect(log.lost()).toBeLessThanOrEqual(5_000)
  await log.close()
  await db.$disconnect()
})
