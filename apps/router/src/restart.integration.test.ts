import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDb } from '@moorage/db/client'
import { testDatabaseUrl } from '@moorage/testing/services'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningMain, seed, startMain } from './main-fixture.ts'

let databaseUrl: string
let db: ReturnType<typeof createDb>
let upstream: Server
let main: RunningMain
let url: string

/** Opens a session for an initialize, and answers to what it knows. */
function answer(req: IncomingMessage, res: ServerResponse): void {
  const id = req.headers['mcp-session-id']
  const slow = req.url === '/slow'
  if (id === undefined) res.setHeader('Mcp-Session-Id', `session-${sessions.size}`)
  else if (!sessions.has(String(id))) res.statusCode = 404
  sessions.add(String(id ?? `session-${sessions.size}`))
  req.resume()
  setTimeout(() => res.end('fine'), slow ? 3_000 : 1)
}
const sessions = new Set<string>()

beforeEach(async () => {
  databaseUrl = await testDatabaseUrl()
  db = createDb(databaseUrl)
  upstream = createServer(answer).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  await seed(db, (upstream.address() as AddressInfo).port)
  main = await startMain({ DATABASE_URL: databaseUrl, MOORAGE_ROUTER_WORKERS: '2' })
  url = `http://127.0.0.1:${main.port}/open`
})

afterEach(async () => {
  if (main.child.exitCode === null) {
    const exit = once(main.child, 'exit')
    main.child.kill('SIGKILL')
    await exit
  }
  await db.$disconnect()
  upstream.closeAllConnections()
  upstream.close()
})

const listening = () => main.lines.filter((line) => line.includes('Router is listening')).length
const says = (text: string) => main.lines.filter((line) => line.includes(text)).length

/** POSTs one after the other, on connections that stay open, until it is told to stop. */
function load(clients: number) {
  const failures: string[] = []
  let calls = 0
  let stopped = false
  const post = (headers: Record<string, string>) =>
    fetch(`${url}/mcp`, { method: 'POST', body: '{"method":"initialize"}', headers })
  async function client(): Promise<void> {
    const opened = await post({})
    const id = opened.headers.get('mcp-session-id') ?? ''
    while (!stopped) {
      try {
        const { status } = await post({ 'mcp-session-id': id })
        if (status !== 200) failures.push(`status ${status}`)
      } catch (error) {
        failures.push(String((error as Error).cause ?? error))
      }
      calls += 1
    }
  }
  const all = Array.from({ length: clients }, client)
  return {
    calls: () => calls,
    stop: async () => {
      stopped = true
      await Promise.all(all)
      return failures
    },
  }
}

test('workers are replaced under load without one failed request, and sessions hold on', async () => {
  const running = load(8)
  const slow = fetch(`${url}/slow`, { method: 'POST', body: '{}' })
  for (let round = 1; round <= 3; round += 1) {
    main.child.kill('SIGHUP')
    await expect.poll(() => says('Every worker is a new one'), { timeout: 60_000 }).toBe(round)
    const before = running.calls()
    await expect.poll(running.calls, { timeout: 60_000 }).toBeGreaterThan(before + 50)
  }
  expect(await (await slow).text()).toBe('fine')
  expect(await running.stop()).toEqual([])
  expect(listening()).toBe(8)
  // Those that were replaced end by themselves, as no connection is left on them.
  await expect.poll(() => db.routerNode.count(), { timeout: 60_000 }).toBe(2)
}, 300_000)

test('a worker that dies is started again', async () => {
  await expect.poll(listening, { timeout: 60_000 }).toBe(2)
  const [line = '{}'] = main.lines.filter((one) => one.includes('Router is listening'))
  process.kill(JSON.parse(line).pid, 'SIGKILL')
  await expect.poll(listening, { timeout: 60_000 }).toBeGreaterThan(2)
  expect((await fetch(`${url}/mcp`, { method: 'POST', body: '{}' })).status).toBe(200)
})

test('where new workers cannot start, the old ones go on', async () => {
  await expect.poll(listening, { timeout: 60_000 }).toBe(2)
  const adminUrl = new URL(databaseUrl)
  const name = adminUrl.pathname.slice(1)
  adminUrl.pathname = '/postgres'
  const admin = createDb(adminUrl.href, { maxConnections: 1 })
  await admin.$executeRawUnsafe(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`)
  await admin.$executeRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`
  main.child.kill('SIGHUP')
  await expect.poll(() => says('the old ones stay'), { timeout: 60_000 }).toBe(1)
  for (let i = 0; i < 10; i += 1)
    expect((await fetch(`${url}/mcp`, { method: 'POST', body: '{}' })).status).toBe(200)
  expect(listening()).toBe(2)
  await admin.$executeRawUnsafe(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`)
  await admin.$disconnect()
})

test('on SIGUSR2 there is one new key to verify the identity with, beside the old one', async () => {
  const keys = async () => {
    const jwks = await fetch(`http://127.0.0.1:${main.port}/.well-known/moorage/jwks.json`)
    return ((await jwks.json()) as { keys: unknown[] }).keys.length
  }
  await expect.poll(listening, { timeout: 60_000 }).toBe(2)
  expect(await keys()).toBe(1)
  main.child.kill('SIGUSR2')
  await expect.poll(keys, { timeout: 60_000 }).toBe(2)
})
