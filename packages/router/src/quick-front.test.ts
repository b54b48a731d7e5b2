import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createQuickFront } from './quick-front.ts'
import { QuickRequest, readQuickRequest } from './quick-request.ts'

/** By whom a request was read, and as what. */
type Seen = { by: 'us' | 'node'; method: string; url: string; raw: string[]; body: string }

let seen: Seen[] = []
const caps = { headersTimeout: 400, connectionsCheckingInterval: 100, keepAliveTimeout: 60_000 }
const server = createServer(caps, async (req, res) => {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  const { method = '', url = '', rawHeaders } = req
  seen.push({ by: 'node', method, url, raw: rawHeaders, body: text(Buffer.concat(chunks)) })
  res.end('node')
})
const plain = createServer(async (req, res) => {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  const { method, url, rawHeaders } = req
  const read = { method, url, raw: rawHeaders, body: text(Buffer.concat(chunks)) }
  res.end(JSON.stringify(read), 'latin1')
})
let waiting: (() => void) | null = null
const words = 'nöthing “here” ✓'
const front = createQuickFront(server, (req, res) => {
  seen.push({
    by: 'us',
    method: 'POST',
    url: req.url,
    raw: [...req.rawHeaders],
    body: text(req.body),
  })
  const answer = () => res.writeHead(200, ['Content-Length', '2']).end('us')
  if (req.url === '/waits') waiting = answer
  else if (req.url === '/streams') {
    res.writeHead(200, ['Content-Type', 'text/event-stream']).flushHeaders()
    res.write('data: 1\n\n')
    res.write(Buffer.from('data: 2\n\n'))
    res.end()
  } else if (req.url === '/short') res.writeHead(200, ['Content-Length', '9']).end('short')
  else if (req.url === '/words')
    res.writeHead(200, ['Content-Length', String(Buffer.byteLength(words))]).end(words)
  else answer()
})

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  plain.listen(0, '127.0.0.1')
  await Promise.all([once(server, 'listening'), once(plain, 'listening')])
})
afterAll(() => {
  front.closeAll()
  for (const one of [server, plain]) {
    one.closeAllConnections()
    one.close()
  }
})

const text = (bytes: Buffer) => bytes.toString('latin1')
const head = (path: string, length: number, more = '') =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n${more}\r\n`
const post = (path: string, body = '{}', more = '') => head(path, body.length, more) + body

/** A connection, and what has come back on it. */
async function open(port = (server.address() as AddressInfo).port) {
  seen = []
  const socket = connect({ port, host: '127.0.0.1' })
  const got = { text: '' }
  socket.on('data', (chunk) => {
    got.text += chunk.toString('latin1')
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  const until = (part: string) => expect.poll(() => got.text, { timeout: 5_000 }).toContain(part)
  return { socket, got, until }
}
const who = () => seen.map(({ by, body }) => `${by} ${body}`)

test('one request after the other is read by us, each answer with what keeps the connection', async () => {
  const { socket, got, until } = await open()
  socket.write(post('/a', 'one'))
  await until('us')
  socket.write(post('/b', 'two'))
  await expect.poll(who).toEqual(['us one', 'us two'])
  expect(got.text).toMatch(
    /^HTTP\/1\.1 200 OK\r\nContent-Length: 2\r\nDate: .* GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=60\r\n\r\nus/,
  )
  socket.destroy()
})

test('a body that comes after its head is waited for; one that does not come is left to Node', async () => {
  const { socket, until } = await open()
  socket.write(head('/a', 4))
  await delay(50)
  socket.write('late')
  await until('us')
  socket.write(head('/b', 8))
  await delay(1_500)
  socket.write('very lat')
  await until('node')
  expect(who()).toEqual(['us late', 'node very lat'])
  socket.destroy()
})

test('from the first that is not plainly one of ours, a connection is Node’s', async () => {
  const { socket, until } = await open()
  socket.write(post('/a', 'one'))
  await until('us')
  socket.write('GET /b HTTP/1.1\r\nHost: x\r\n\r\n')
  await until('node')
  socket.write(post('/c', 'three'))
  await expect.poll(who).toEqual(['us one', 'node ', 'node three'])
  socket.destroy()
})

test('requests that come all at once are answered each, in their order', async () => {
  const { socket, got } = await open()
  socket.write(post('/waits', 'one') + post('/b', 'two') + post('/c', 'three'))
  await expect.poll(() => who().sort()).toEqual(['node one', 'node three', 'node two'])
  await expect.poll(() => got.text.match(/\r\n\r\n[^H]*node/g)).toHaveLength(3)
  socket.destroy()
})

test('what comes while an answer is under way waits for its turn', async () => {
  const { socket, until, got } = await open()
  socket.write(post('/waits', 'one'))
  await expect.poll(() => waiting).not.toBeNull()
  socket.write(`${post('/b', 'two')}GET /c HTTP/1.1\r\nHost: x\r\n\r\n`)
  await delay(100)
  expect(who()).toEqual(['us one'])
  waiting?.()
  await until('node')
  expect(who().sort()).toEqual(['node ', 'node two', 'us one'])
  expect(got.text.indexOf('us')).toBeLessThan(got.text.indexOf('node'))
  socket.destroy()
})

test('an answer without a length goes out in chunks', async () => {
  const { socket, got, until } = await open()
  socket.write(post('/streams'))
  await until('0\r\n\r\n')
  expect(got.text).toMatch(
    /Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\n\r\n$/,
  )
  socket.destroy()
})

test('a string that is not said to be latin1 goes out in UTF-8, as by Node', async () => {
  const { socket, got, until } = await open()
  socket.write(post('/words'))
  await until(text(Buffer.from('✓')))
  expect(got.text.endsWith(text(Buffer.from(words)))).toBe(true)
  socket.write(post('/a', 'next'))
  await until('us')
  socket.destroy()
})

test('an answer shorter than it says ends the connection, so that it is not taken for whole', async () => {
  const { socket, until } = await open()
  const closed = once(socket, 'close')
  socket.write(post('/short'))
  await until('short')
  await closed
})

test('one that sends nothing, or half a head, is closed as Node does it', async () => {
  const silent = await open()
  const slow = await open()
  slow.socket.write('POST / HTTP/1.1\r\nHo')
  await Promise.all([silent, slow].map(({ socket }) => once(socket, 'close')))
  expect(slow.got.text).toContain('408')
})

const real = `POST /echo/mcp?x=1 HTTP/1.1\r\nHost: mcp.example.com\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nAuthorization:  Bearer mrg_x \r\nMCP-Protocol-Version: 2026-07-28\r\nConnection: keep-alive\r\nContent-Length: 11\r\n\r\n{"id":"ab"}`

test.each([
  ['a length and chunks', real.replace('Accept', 'Transfer-Encoding: chunked\r\nAccept')],
  ['two lengths', real.replace('Accept', 'Content-Length: 11\r\nAccept')],
  ['two hosts', real.replace('Accept', 'Host: b\r\nAccept')],
  ['no host', real.replace('Host', 'Hast')],
  ['a folded line', real.replace('Accept: ', 'Accept:\r\n ')],
  ['a space before the colon', real.replace('Accept:', 'Accept :')],
  ['a bare LF', real.replace('json\r\n', 'json\n')],
  ['a bare CR', real.replace('2026-07-28', '2026\r-07-28')],
  ['a NUL', real.replace('2026-07-28', '2026\0')],
  ['a length with a sign', real.replace('Length: 11', 'Length: +11')],
  ['a length in two', real.replace('Length: 11', 'Length: 1, 1')],
  ['HTTP/1.0', real.replace('HTTP/1.1', 'HTTP/1.0')],
  ['a URL as to a proxy', real.replace('/echo', 'http://evil/echo')],
  ['a space in the URL', real.replace('x=1', 'x= 1')],
  ['a wish to be told to go on', real.replace('Accept:', 'Expect: 100-continue\r\nAccept:')],
  [
    'an upgrade',
    real.replace('keep-alive', 'Upgrade').replace('Accept:', 'Upgrade: h2c\r\nAccept:'),
  ],
  ['a second request behind it', `${real}POST / HTTP/1.1\r\n`],
  ['a name that every object has', real.replace('Accept:', 'constructor: x\r\nAccept:')],
])('with %s it is not read by us', (_what, raw) => {
  expect(readQuickRequest(Buffer.from(raw, 'latin1'), new Socket())).toBe('other')
})

test('whatever is damaged, what we take Node takes for the same', async () => {
  const parts = [
    '\r',
    '\n',
    '\r\n',
    ' ',
    '\t',
    ':',
    '\0',
    '\x7f',
    '\xff',
    ',',
    'a',
    '0',
    '1',
    'Host: y\r\n',
  ]
  let random = 7
  const next = (below: number) => {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((random / 2_147_483_648) * below)
  }
  const taken: [Buffer, QuickRequest][] = []
  for (let n = 0; n < 5_000; n++) {
    let raw = real
    for (let damage = 0; damage <= next(2); damage++) {
      const at = next(raw.length)
      raw = raw.slice(0, at) + (parts[next(parts.length)] ?? '') + raw.slice(at + next(3))
    }
    const bytes = Buffer.from(raw, 'latin1')
    const read = readQuickRequest(bytes, new Socket())
    if (read instanceof QuickRequest) taken.push([bytes, read])
  }
  expect(taken.length).toBeGreaterThan(300)
  const { port } = plain.address() as AddressInfo
  for (const [bytes, { method, url, rawHeaders: raw, body }] of taken.slice(0, 300)) {
    const { socket, got } = await open(port)
    const answered = once(socket, 'data')
    socket.write(bytes)
    await answered
    const json = got.text.match(/\{.*\}/s)?.[0] ?? 'null'
    const what = JSON.stringify(bytes.toString('latin1'))
    expect([what, JSON.parse(json)]).toEqual([what, { method, url, raw, body: text(body) }])
    socket.destroy()
  }
}, 120_000)
