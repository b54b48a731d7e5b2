import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, send } from './testing/client.ts'
import { liveBytes, openSockets } from './testing/leaks.ts'
import { startPlatform, type TestPlatform, until } from './testing/platform.ts'
import { exchangeRaw } from './testing/raw-socket.ts'
import { readAll, startUpstream, type Upstream } from './testing/upstream.ts'

const mib = 1024 * 1024

let platform: TestPlatform
let upstream: Upstream
let key: string
let port: number
let mcp: string
let head: string
let canceled = 0

beforeAll(async () => {
  platform = await startPlatform({ limits: { headersMs: 500, requestMs: 1_500 } })
  // Says what it was sent, so that a request which was read in two ways shows.
  upstream = await startUpstream(async (req, res) => {
    const body = await readAll(req).catch(() => null)
    if (body === null) return
    if (req.headers['x-wait']) {
      res.once('close', () => {
        canceled += 1
      })
      return
    }
    const malformed = body.includes('malformed')
    res.writeHead(malformed ? 400 : 200, { 'Content-Type': 'application/json' })
    res.end(malformed ? '{"jsonrpc":"2.0","id":null,"error":{"code":-32700}}' : body)
  })
  const teamId = await platform.addTeam()
  const server = await platform.addServer(teamId)
  await platform.deploy(server, upstream.port)
  key = (await platform.addKey(teamId)).key
  const { url } = await platform.startRouter()
  port = Number(new URL(url).port)
  mcp = `${url}/${server.slug}/mcp`
  head = `POST /${server.slug}/mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\n`
})

afterAll(async () => {
  await platform.close()
  await upstream.stop()
})

const post = (body: string | Buffer, headers = {}) =>
  send(mcp, { method: 'POST', headers: { ...bearer(key), ...headers }, body })

const cases: [name: string, raw: () => string | Buffer][] = [
  ['no HTTP at all', () => 'what is this\r\n\r\n'],
  ['a TLS hello', () => Buffer.from('16030100f4010000f00303', 'hex')],
  [
    'length and chunked',
    () => `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['two lengths', () => `${head}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd`],
  ['a list of lengths', () => `${head}Content-Length: 4, 5\r\n\r\nabcd`],
  ['a signed length', () => `${head}Content-Length: +4\r\n\r\nabcd`],
  ['a hexadecimal length', () => `${head}Content-Length: 0x4\r\n\r\nabcd`],
  ['chunked, but not last', () => `${head}Transfer-Encoding: gzip, chunked, x\r\n\r\n0\r\n\r\n`],
  [
    'chunked twice',
    () => `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n`,
  ],
  ['a space before the colon', () => `${head}Content-Length : 4\r\n\r\nabcd`],
  ['a folded header', () => `${head}X: a\r\n b\r\nContent-Length: 0\r\n\r\n`],
  ['a bare line feed in a header', () => `${head}X: a\nContent-Length: 4\r\n\r\nabcd`],
  ['NUL in a header', () => `${head}X: a\0b\r\nContent-Length: 0\r\n\r\n`],
  [
    'a chunk size that is none',
    () => `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\nabcd\r\n0\r\n\r\n`,
  ],
  [
    'a chunk size beyond all',
    () => `${head}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\na\r\n`,
  ],
  [
    'a chunk longer than its size',
    () => `${head}Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n`,
  ],
  ['headers too large', () => `${head}X: ${'a'.repeat(64 * 1024)}\r\n\r\n`],
  ['too many headers', () => `${head}${'X: a\r\n'.repeat(20_000)}\r\n`],
]

test.each(cases)('%s ends with a short JSON answer, and no request behind', async (_name, raw) => {
  const before = upstream.seen.length
  const answer = await exchangeRaw(port, raw())
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d [\s\S]*"jsonrpc":"2\.0"/)
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
  // A body that breaks off later may have begun to be passed on; whole it never arrives.
  expect(upstream.seen.length - before).toBe(0)
})

test('requests one after the other on a connection are each judged by themselves', async () => {
  const good = `${head}Content-Length: 2\r\n\r\n{}`
  const bare = good.replace(/Authorization: .*\r\n/, '')
  const last = bare.replace('Content-Length', 'Connection: close\r\nContent-Length')
  const before = upstream.seen.length
  const answers = await exchangeRaw(port, good + good + bare + good + last)
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(
    [200, 200, 401, 200, 401].map((status) => `HTTP/1.1 ${status}`),
  )
  expect(upstream.seen.length - before).toBe(3)
})

test('two Host headers cannot make the server see another one than the router', async () => {
  const raw = `${head}Host: evil.test\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`
  const answer = await exchangeRaw(port, raw)
  if (answer.startsWith('HTTP/1.1 200'))
    expect(upstream.seen.at(-1)?.headers).toMatchObject({
      host: `127.0.0.1:${upstream.port}`,
      'x-forwarded-host': '127.0.0.1',
    })
  else expect(answer).toMatch(/^HTTP\/1\.1 4/)
})

test('what is no JSON reaches the server as it is, and its answer the client', async () => {
  for (const body of ['{malformed', '', 'null', '[]', '"text"', '[{"id":1},3]', '\xff\xfe\0'])
    expect((await post(Buffer.from(body, 'latin1'))).status).toBe(body === '{malformed' ? 400 : 200)
  const odd = Buffer.from([0x7b, 0xff, 0x00, 0x7d])
  expect((await post(odd)).text).toBe(odd.toString())
  const deep = '['.repeat(30_000) + ']'.repeat(30_000)
  expect((await post(deep)).text).toBe(deep)
})

test('headers that contradict the body pass as they are: only the server can tell which is wrong', async () => {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'x' },
  })
  const lies = {
    'mcp-method': 'tools/list',
    'mcp-name': 'another',
    'mcp-protocol-version': '2026-07-28',
  }
  expect((await post(body, lies)).text).toBe(body)
  expect(upstream.seen.at(-1)?.headers).toMatchObject(lies)
  // The log goes by the body.
  await until(
    async () =>
      (await platform.db.requestLog.count({ where: { rpcMethod: 'tools/call', target: 'x' } })) > 0,
  )
})

test('a client that sends its head, or its body, in drips is cut off with 408', async () => {
  const before = upstream.seen.length
  for (const start of [head.slice(0, -10), 'POST', ''])
    expect(await exchangeRaw(port, start)).toMatch(/^HTTP\/1\.1 408 [\s\S]*"jsonrpc"/)
  const dripping = connect(port, '127.0.0.1')
  let answer = ''
  dripping.on('data', (chunk) => {
    answer += chunk
  })
  dripping.on('error', () => {})
  dripping.write(`${head}Content-Length: 1000\r\n\r\n`)
  const drip = setInterval(() => dripping.write('x'), 50)
  await once(dripping, 'close')
  clearInterval(drip)
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(upstream.seen.length).toBe(before)
})

test('a client that closes its half is gone: that is how a disconnect looks, and it cancels', async () => {
  const raw = `${head}X-Wait: 1\r\nContent-Length: 7\r\n\r\n{"a":1}`
  expect(await exchangeRaw(port, raw, { halfClose: true })).toBe('')
  await until(() => canceled === 1)
})

test('a client that closes its half in mid-body leaves nothing behind', async () => {
  const before = upstream.seen.length
  for (const length of [1_000, 8 * mib]) {
    const answer = await exchangeRaw(port, `${head}Content-Length: ${length}\r\n\r\nabc`, {
      halfClose: true,
    })
    expect(answer === '' || /^HTTP\/1\.1 4/.test(answer)).toBe(true)
  }
  await until(() => upstream.sockets() <= 1)
  expect(upstream.seen.length - before).toBeLessThanOrEqual(1)
})

test('no memory, no socket and nothing in flight stays behind, however often', async () => {
  const round = async () => {
    for (const [, raw] of cases) await exchangeRaw(port, raw())
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const socket = connect(port, '127.0.0.1').on('error', () => {})
        socket.write(`${head}Content-Length: ${8 * mib}\r\n\r\n${'x'.repeat(10_000)}`)
        await sleep(50)
        socket.destroy()
      }),
    )
    await until(() => upstream.sockets() === 0)
  }
  await round()
  const sockets = openSockets()
  const before = await liveBytes()
  for (let i = 0; i < 4; i += 1) await round()
  await until(() => openSockets() <= sockets)
  await until(async () => (await liveBytes()) - before < 4 * mib)
  await until(async () =>
    (await platform.db.routerNode.findMany()).every((row) => row.busy.length === 0),
  )
  expect((await post('{}')).status).toBe(200)
})
