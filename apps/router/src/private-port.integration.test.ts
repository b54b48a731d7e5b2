import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDb } from '@moorage/db/client'
import { testDatabaseUrl } from '@moorage/testing/services'
import { expect, test } from 'vitest'
import { seed, startMain } from './main-fixture.ts'

test('metrics of all workers together, and health, are at a port of their own', async () => {
  const databaseUrl = await testDatabaseUrl()
  const db = createDb(databaseUrl)
  const upstream = createServer((req, res) => {
    if (req.method === 'GET') {
      res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Mcp-Session-Id': 'abc' })
      res.write(': open\n\n')
    } else {
      const id = req.headers['mcp-session-id'] === undefined ? { 'Mcp-Session-Id': 'abc' } : {}
      res.writeHead(200, { 'Content-Type': 'application/json', ...id })
      res.end('{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}')
    }
  }).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  await seed(db, (upstream.address() as AddressInfo).port)
  const { child, port, lines } = await startMain({
    DATABASE_URL: databaseUrl,
    MOORAGE_ROUTER_WORKERS: '2',
    MOORAGE_ROUTER_METRICS_PORT: '0',
  })
  const line = lines.find((one) => one.includes('Metrics are served')) ?? ''
  const privateUrl = `http://127.0.0.1:${JSON.parse(line).port}`
  const url = `http://127.0.0.1:${port}/open/mcp`

  const calls = Array.from({ length: 12 }, () => post(url))
  for (const answer of await Promise.all(calls)) expect(answer.status).toBe(200)
  const stream = await fetch(url, { headers: { Accept: 'text/event-stream' } })
  const text = await (await fetch(`${privateUrl}/metrics`)).text()
  expect(text).toContain('moorage_requests_total{server="open",status="200"} 12')
  expect(text).toContain('moorage_rpc_errors_total{server="open"} 12')
  expect(text).toContain('moorage_request_duration_seconds_count{server="open"} 12')
  expect(text).toContain('moorage_request_duration_seconds_bucket{server="open",le="+Inf"} 12')
  expect(text).toContain('moorage_open_streams{server="open"} 1')
  expect(text).toContain('moorage_sessions{server="open"} 1')
  expect(text).toContain('moorage_servers 1')
  expect(text).toContain('moorage_request_log_lost_total 0')
  expect(text).toContain('nodejs_eventloop_lag_seconds')
  expect((await fetch(`${privateUrl}/healthz`)).status).toBe(200)
  expect((await fetch(`${privateUrl}/readyz`)).status).toBe(200)
  expect((await fetch(`${privateUrl}/anything`)).status).toBe(404)
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(401)

  await stream.body?.cancel()
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
  await db.$disconnect()
  upstream.close()
})

function post(url: string): Promise<Response> {
  const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
  return fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
}
