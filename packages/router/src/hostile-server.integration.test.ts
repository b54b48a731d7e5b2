import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, send } from './testing/client.ts'
import { liveBytes, openSockets } from './testing/leaks.ts'
import { startPlatform, type TestPlatform, until } from './testing/platform.ts'
import { startRawUpstream } from './testing/raw-socket.ts'
import { readAll } from './testing/upstream.ts'

const mib = 1024 * 1024
const call = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'x' } })

let platform: TestPlatform
let upstream: Awaited<ReturnType<typeof startRawUpstream>>
let mcp: string
let key: string
let reply: (socket: Socket) => void = () => {}

beforeAll(async () => {
  platform = await startPlatform({ limits: { keepAliveMs: 200, idleMs: 1_500 } })
  upstream = await startRawUpstream((socket, text) => {
    if (/^[A-Z]+ \//.test(text)) reply(socket)
  })
  const teamId = await platform.addTeam()
  const server = await platform.addServer(teamId)
  await platform.deploy(server, upstream.port)
  key = (await platform.addKey(teamId)).key
  mcp = `${(await platform.startRouter()).url}/${server.slug}/mcp`
})

afterAll(async () => {
  await platform.close()
  await upstream.stop()
})

const post = () => send(mcp, { method: 'POST', headers: bearer(key), body: call })

async function open(): Promise<IncomingMessage> {
  const req = request(mcp, { method: 'POST', agent: false, headers: bearer(key) }).end(call)
  const [res] = await once(req, 'response')
  return res
}

const json = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'
const events = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n'
const chunked = 'Transfer-Encoding: chunked\r\n\r\n'

const unreadable: [name: string, reply: (socket: Socket) => void][] = [
  ['is not HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
  ['is empty', (socket) => socket.end()],
  ['is a reset', (socket) => socket.resetAndDestroy()],
  ['breaks off in its head', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Ty')],
  ['has a head of 1 MB', (socket) => socket.end(`${json}X: ${'a'.repeat(mib)}\r\n\r\n`)],
  [
    'has two lengths',
    (socket) => socket.end(`${json}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`),
  ],
  [
    'has a length and chunks',
    (socket) => socket.end(`${json}Content-Length: 2\r\n${chunked}0\r\n\r\n`),
  ],
  [
    'is an upgrade',
    (socket) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
  ],
  [
    'has a header that splits',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n'),
  ],
]

test.each(unreadable)(
  'an answer that %s is 502 with a JSON-RPC error for that request',
  async (_name, raw) => {
    reply = raw
    const answer = await post()
    expect(answer.status).toBe(502)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(JSON.parse(answer.text)).toMatchObject({
      jsonrpc: '2.0',
      id: 7,
      error: { code: -32000 },
    })
  },
)

test.each([
  ['less than its length', `${json}Content-Length: 100\r\n\r\n{"half":`],
  ['chunks that break off', `${json}${chunked}8\r\n{"half":\r\n`],
  ['a chunk that is none', `${json}${chunked}8\r\n{"half":\r\nzz\r\n`],
  ['an event that breaks off', `${events}${chunked}a\r\ndata: half\r\n`],
])('%s looks broken to the client', async (_name, raw) => {
  reply = (socket) => {
    socket.write(raw)
    setTimeout(() => socket.end(), 50)
  }
  await expect(open().then(readAll)).rejects.toThrow('aborted')
})

test('more than its length reaches the client up to the length, and no other request', async () => {
  reply = (socket) =>
    socket.write(
      `${json}Content-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen`,
    )
  const texts = await Promise.all(Array.from({ length: 10 }, () => post()))
  expect(texts.map(({ text }) => text)).toEqual(Array(10).fill('{}'))
})

/** The reset comes when what stands before it has gone through: a reset takes along what is not yet read. */
async function openThenReset(text: string) {
  let resetIt = () => {}
  reply = (socket) => {
    resetIt = () => void socket.resetAndDestroy()
    socket.write(text)
  }
  const response = await open()
  resetIt()
  return response
}

test('a stream that is reset between two events ends, so that the client connects again', async () => {
  const response = await openThenReset(`${events}${chunked}d\r\ndata: whole\n\n\r\n`)
  expect((await readAll(response)).toString()).toBe('data: whole\n\n')
})

test('a reset in mid-stream looks broken where an event is open', async () => {
  const response = await openThenReset(`${events}${chunked}a\r\ndata: half\r\n`)
  await expect(readAll(response)).rejects.toThrow('aborted')
})

test('an instance that hangs is given up: 504 before its answer, an end in the middle of it', async () => {
  reply = () => {}
  const hung = await post()
  expect(hung.status).toBe(504)
  expect(JSON.parse(hung.text)).toMatchObject({ jsonrpc: '2.0', id: 7 })
  reply = (socket) => socket.write(`${json}Content-Length: 100\r\n\r\n{"half":`)
  await expect(open().then(readAll)).rejects.toThrow('aborted')
})

test('interim answers are for this hop, and without end they are no answer', async () => {
  const hints = (socket: Socket) => {
    const drip = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 100)
    socket.once('close', () => clearInterval(drip))
  }
  reply = (socket) => {
    hints(socket)
    setTimeout(() => socket.write(`${json}Content-Length: 2\r\n\r\n{}`), 350)
  }
  expect((await post()).text).toBe('{}')
  reply = hints
  expect((await post()).status).toBe(504)
})

test('1 GB goes through without filling the router', async () => {
  const block = Buffer.alloc(mib, 'x')
  const total = 1024
  reply = async (socket) => {
    socket.write(`${json}Content-Length: ${total * mib}\r\n\r\n`)
    for (let i = 0; i < total && !socket.destroyed; i += 1)
      if (!socket.write(block)) await once(socket, 'drain').catch(() => {})
  }
  const before = await liveBytes()
  const res = await open()
  let received = 0
  let most = 0
  let looked = 0
  for await (const chunk of res) {
    received += chunk.length
    if (received - looked > 256 * mib) {
      looked = received
      most = Math.max(most, (await liveBytes()) - before)
    }
  }
  expect(received).toBe(total * mib)
  expect(most).toBeLessThan(32 * mib)
}, 300_000)

test('no memory, no socket and nothing in flight stays behind, however often', async () => {
  const round = async () => {
    for (const [, raw] of unreadable) {
      reply = raw
      await Promise.all(Array.from({ length: 10 }, post))
    }
    reply = (socket) => socket.write(`${events}${chunked}a\r\ndata: half\r\n`)
    const streams = await Promise.all(Array.from({ length: 20 }, open))
    for (const stream of streams) stream.on('error', () => {}).destroy()
    await until(() => upstream.sockets() === 0)
  }
  await round()
  await sleep(200)
  const sockets = openSockets()
  const before = await liveBytes()
  for (let i = 0; i < 4; i += 1) await round()
  await until(() => openSockets() <= sockets)
  await until(async () => (await liveBytes()) - before < 4 * mib)
  await until(async () =>
    (await platform.db.routerNode.findMany()).every((row) => row.busy.length === 0),
  )
})
