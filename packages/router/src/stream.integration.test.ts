import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, send } from './testing/client.ts'
import { liveBytes } from './testing/leaks.ts'
import { startPlatform, type TestPlatform, until } from './testing/platform.ts'
import { readAll, startUpstream, type Upstream } from './testing/upstream.ts'

const mib = 1024 * 1024
const kind = { 'Content-Type': 'text/event-stream' }

let platform: TestPlatform
let upstream: Upstream
let base: string
let key: string
let teamId: string
let url: string
/** What the instance does with the next requests. */
let behave: (req: IncomingMessage, res: ServerResponse) => unknown = () => {}

beforeAll(async () => {
  platform = await startPlatform({ limits: { keepAliveMs: 200, idleMs: 3_000 } })
  upstream = await startUpstream((req, res) => void behave(req, res))
  teamId = await platform.addTeam()
  const server = await platform.addServer(teamId)
  await platform.deploy(server, upstream.port)
  key = (await platform.addKey(teamId)).key
  url = (await platform.startRouter()).url
  base = `${url}/${server.slug}`
})

afterAll(async () => {
  await platform.close()
  await upstream.stop()
})

function open(method: string, path: string, headers = {}): ClientRequest {
  return request(base + path, { method, agent: false, headers: { ...bearer(key), ...headers } })
}

async function answerOf(req: ClientRequest): Promise<IncomingMessage> {
  const [res] = await once(req, 'response')
  return res
}

test('headers and the first event arrive while the stream is still open', async () => {
  let finish = () => {}
  behave = (_req, res) => {
    res.writeHead(200, kind).flushHeaders()
    setTimeout(() => res.write('data: one\n\n'), 50)
    finish = () => void res.end('data: two\n\n')
  }
  const req = open('POST', '/mcp').end()
  const res = await answerOf(req)
  expect(res.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'x-accel-buffering': 'no',
  })
  expect(res.headers['content-encoding']).toBeUndefined()
  const [first] = await once(res, 'data')
  expect(first.toString()).toMatch(/^(: keep-alive\n\n)*data: one\n\n$/)
  finish()
  expect((await readAll(res)).toString()).toMatch(/^(: keep-alive\n\n)*data: two\n\n$/)
})

test('a quiet stream gets comments, between events and never inside one', async () => {
  behave = async (_req, res) => {
    res.writeHead(200, kind).write('data: begun')
    await sleep(700)
    res.write(' and ended\n\n')
    await sleep(700)
    res.end('data: last\n\n')
  }
  const text = (await readAll(await answerOf(open('POST', '/mcp').end()))).toString()
  expect(text).toMatch(/^data: begun and ended\n\n(: keep-alive\n\n)+data: last\n\n$/)
})

test('the client that leaves takes its request to the instance with it', async () => {
  for (const writes of [true, false]) {
    let left = false
    behave = (_req, res) => {
      res.once('close', () => {
        left = true
      })
      if (writes) res.writeHead(200, kind).write('data: one\n\n')
    }
    const req = open('POST', '/mcp').on('error', () => {})
    req.end('{}')
    if (writes) await answerOf(req)
    else await until(() => upstream.seen.length > 0)
    await sleep(50)
    req.destroy()
    await until(() => left, 1_000)
  }
})

test('a body of 32 MB goes both ways unharmed with flat memory', async () => {
  behave = (req, res) => req.pipe(res)
  const block = randomBytes(mib)
  for (const headers of [{}, { 'Content-Length': 32 * mib }]) {
    const before = await liveBytes()
    let most = 0
    const req = open('POST', '/mcp', headers)
    const response = answerOf(req)
    const writing = (async () => {
      for (let i = 1; i <= 32; i += 1) {
        if (!req.write(block)) await once(req, 'drain')
        if (i % 8 === 0) most = Math.max(most, (await liveBytes()) - before)
      }
      req.end()
    })()
    const hash = createHash('sha256')
    for await (const chunk of await response) hash.update(chunk)
    await writing
    const sent = createHash('sha256')
    for (let i = 0; i < 32; i += 1) sent.update(block)
    expect(hash.digest('hex')).toBe(sent.digest('hex'))
    // Held whole, at any of the three, it would be 32 and more.
    expect(most).toBeLessThan(20 * mib)
  }
})

test.each([{}, { 'Content-Length': 33 * mib }])(
  'a larger body is refused with 413: %o',
  async (headers) => {
    behave = async (req, res) => {
      await readAll(req).catch(() => {})
      res.end()
    }
    const req = open('POST', '/mcp', headers).on('error', () => {})
    const response = answerOf(req)
    const block = Buffer.alloc(mib)
    let answered = false
    void response.then(() => {
      answered = true
    })
    for (let i = 0; i < 33 && !answered; i += 1)
      if (!req.write(block)) await Promise.race([once(req, 'drain'), response])
    req.end()
    const res = await response
    expect(res.statusCode).toBe(413)
    expect(JSON.parse((await readAll(res)).toString()).error.data.code).toBe('too_large')
  },
)

test('a slow reader holds the instance back instead of filling the router', async () => {
  let sent = 0
  behave = async (_req, res) => {
    const block = Buffer.alloc(64 * 1024)
    const gone = new AbortController()
    res.once('close', () => gone.abort())
    while (sent < 256 * mib && !res.destroyed) {
      sent += block.length
      if (!res.write(block)) await once(res, 'drain', { signal: gone.signal }).catch(() => {})
    }
  }
  const req = open('GET', '/mcp')
    .on('error', () => {})
    .end()
  const res = await answerOf(req)
  res.pause()
  await sleep(500)
  expect(sent).toBeLessThan(32 * mib)
  req.destroy()
})

test('an instance that refuses, resets or never answers gives a JSON-RPC error, not a hang', async () => {
  const dead = await platform.addServer(teamId)
  await platform.deploy(dead, 1)
  await until(
    async () => (await send(`${url}/${dead.slug}/mcp`, { headers: bearer(key) })).status === 502,
  )

  behave = (req) => req.socket.destroy()
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name: 'x' },
  })
  const reset = await send(`${base}/mcp`, { method: 'POST', headers: bearer(key), body })
  expect(reset.status).toBe(502)
  expect(JSON.parse(reset.text)).toMatchObject({ jsonrpc: '2.0', id: 7, error: { code: -32000 } })

  behave = () => {}
  const hung = await send(`${base}/mcp`, { method: 'POST', headers: bearer(key), body })
  expect(hung.status).toBe(504)
})

test('what may be repeated is tried again after a reset; a tool call never is', async () => {
  const calls: string[] = []
  behave = async (req, res) => {
    const { method } = JSON.parse((await readAll(req)).toString())
    calls.push(method)
    if (calls.filter((one) => one === method).length === 1) req.socket.destroy()
    else res.end('{}')
  }
  const post = (method: string) =>
    send(`${base}/mcp`, {
      method: 'POST',
      headers: bearer(key),
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method }),
    })
  expect((await post('tools/list')).status).toBe(200)
  expect((await post('tools/call')).status).toBe(502)
  expect(calls).toEqual(['tools/list', 'tools/list', 'tools/call'])
})

test('an answer that breaks off looks broken to the client', async () => {
  behave = (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 100 })
    res.write('{"half":')
    setTimeout(() => res.destroy(), 20)
  }
  const res = await answerOf(open('POST', '/mcp').end('{}'))
  await expect(readAll(res)).rejects.toThrow('aborted')
})

test.each([
  ['a stream of events', 'text/event-stream'],
  ['any other body', 'application/octet-stream'],
])(
  'of %s that nobody reads the router holds next to nothing, however much there is',
  async (_what, type) => {
    const block = Buffer.alloc(64 * 1024, `data: ${'x'.repeat(1_000)}\n\n`)
    const limit = 256 * mib
    let poured = 0
    let instance: ServerResponse | undefined
    behave = (_req, res) => {
      instance = res.writeHead(200, { 'Content-Type': type })
      const pour = () => {
        for (let more = true; more && poured < limit && !res.destroyed; poured += block.length)
          more = res.write(block)
      }
      res.on('drain', pour)
      pour()
    }
    const before = await liveBytes()
    const res = await answerOf(open('GET', '/mcp').end())
    res.on('error', () => {}).pause()
    // Full on the whole way: the kernel's buffers, and what each end holds.
    let seen = -1
    await until(() => {
      const isStill = poured > 0 && poured === seen && instance?.writableNeedDrain === true
      seen = poured
      return isStill
    })
    expect(poured).toBeLessThan(limit / 2)
    expect((await liveBytes()) - before).toBeLessThan(4 * mib)
    res.destroy()
    await until(() => instance?.destroyed === true)
  },
)

test('status, headers and body of an error pass as the instance gave them', async () => {
  const body =
    '{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"no","data":{"supported":["2026-07-28"]}}}'
  for (const status of [400, 404, 405]) {
    behave = (_req, res) =>
      res.writeHead(status, { 'Content-Type': 'application/json', Allow: 'POST' }).end(body)
    const answer = await send(`${base}/mcp`, { method: 'POST', headers: bearer(key), body: '{}' })
    expect(answer).toMatchObject({ status, text: body })
    expect(answer.headers.allow).toBe('POST')
  }
  await until(
    async () =>
      (await platform.db.requestLog.findFirst({ where: { rpcErrorCode: -32022 } })) !== null,
  )
})

test('nothing stays behind', async () => {
  behave = (_req, res) => res.end()
  await until(async () => {
    const rows = await platform.db.routerNode.findMany()
    return rows.every((row) => row.busy.length === 0)
  })
  await until(() => upstream.sockets() === 0)
})

test('a client that leaves in mid-body leaves no trace but its log line', async () => {
  behave = async (req) => void (await readAll(req).catch(() => {}))
  for (const length of [1_000, 8 * mib]) {
    const req = open('POST', '/mcp', { 'Content-Length': length }).on('error', () => {})
    req.write(Buffer.alloc(100))
    await sleep(50)
    req.destroy()
  }
  await until(
    async () =>
      (await platform.db.requestLog.count({ where: { status: 499, requestBytes: 100 } })) === 2,
  )
  expect(platform.problems).not.toContain('A request failed')
  await until(() => upstream.sockets() === 0)
})
