import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { Client } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ResponseParser } from './response-parser.ts'

type Read = { status: number; headers: string[]; body: string } | 'refused'

/** What the parser makes of these bytes, given to it in pieces, and of the end after them. */
function read(bytes: Buffer, pieceBytes: number, method = 'GET'): Read {
  let answer: { status: number; headers: string[]; body: string } | null = null
  let isOver = false
  const parser = new ResponseParser({
    onHead: (status, headers) => {
      answer = { status, headers, body: '' }
    },
    onBody: (chunk) => {
      if (answer) answer.body += chunk.toString('latin1')
    },
    onEnd: () => {
      isOver = true
    },
  })
  parser.begin(method)
  try {
    for (let at = 0; at < bytes.length && !isOver; at += pieceBytes)
      parser.push(bytes.subarray(at, at + pieceBytes))
    parser.finish()
  } catch {
    // What comes after the end is another matter: the answer is whole.
    if (!isOver) return 'refused'
  }
  return answer ?? 'refused'
}

const raw = (text: string) => Buffer.from(text, 'latin1')
const readText = (text: string, method?: string) => read(raw(text), text.length, method)

test.each([
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'],
  [
    'chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n',
  ],
  ['trailers', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n'],
  ['the end of the connection', 'HTTP/1.1 200 OK\r\n\r\n{}'],
  ['hints before it', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200\r\n\r\n{}'],
])('a body that ends by %s is read the same however it is cut', (_how, text) => {
  for (let pieceBytes = 1; pieceBytes <= text.length; pieceBytes += 1)
    expect(read(raw(text), pieceBytes)).toMatchObject({ status: 200, body: '{}' })
})

test.each(['HEAD 200', 'GET 204', 'GET 304'])('the answer to %s has no body', (line) => {
  const [method = '', status = ''] = line.split(' ')
  const head = `HTTP/1.1 ${status} X\r\nContent-Length: 5\r\n\r\n`
  expect(readText(head, method)).toMatchObject({ status: Number(status), body: '' })
})

const ok = 'HTTP/1.1 200 OK\r\n'
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`

test.each([
  `${ok}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
  `${ok}Content-Length: 2, 2\r\n\r\n{}`,
  `${ok}Content-Length: +2\r\n\r\n{}`,
  `${ok}Content-Length: 0x2\r\n\r\n{}`,
  `${ok}Content-Length: \r\n\r\n{}`,
  `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${ok}Content-Length : 2\r\n\r\n{}`,
  `${ok} Content-Length: 2\r\n\r\n{}`,
  `${ok}X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}`,
  `${ok}X: a\nContent-Length: 2\r\n\r\n{}`,
  `${ok}X: a\rContent-Length: 2\r\n\r\n{}`,
  `${ok}X: a\0\r\nContent-Length: 2\r\n\r\n{}`,
  'HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}',
  'HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\n{}',
  'HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\n{}',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  `${chunked}-2\r\n{}\r\n0\r\n\r\n`,
  `${chunked} 2\r\n{}\r\n0\r\n\r\n`,
  `${chunked}2 \r\n{}\r\n0\r\n\r\n`,
  `${chunked}0x2\r\n{}\r\n0\r\n\r\n`,
  `${chunked}2\n{}\r\n0\r\n\r\n`,
  `${chunked}2\r\n{}0\r\n\r\n`,
  `${chunked}2\r\n{}\n0\r\n\r\n`,
  `${chunked}fffffffffffffffff\r\n{}`,
  `${chunked}0\r\nno trailer\r\n\r\n`,
])('what could be read in two ways is refused: %j', (text) => {
  expect(readText(text)).toBe('refused')
  expect(read(raw(text), 1)).toBe('refused')
})

test('a head or a line that does not end is refused before it fills the memory', () => {
  expect(read(raw(`${ok}X: ${'a'.repeat(17 * 1024)}`), 1_000)).toBe('refused')
  expect(read(raw(`${chunked}2;${'x'.repeat(2_000)}`), 100)).toBe('refused')
})

test('a connection serves another request only where nothing is left on it and both sides keep it', () => {
  const parser = new ResponseParser({ onHead: () => {}, onBody: () => {}, onEnd: () => {} })
  const isReusable = (text: string) => {
    parser.begin('GET')
    parser.push(raw(text))
    return parser.isDone && parser.isReusable
  }
  expect(isReusable(`${ok}Content-Length: 0\r\n\r\n`)).toBe(true)
  expect(isReusable(`${ok}Connection: Close\r\nContent-Length: 0\r\n\r\n`)).toBe(false)
  expect(isReusable('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n')).toBe(false)
  expect(() => isReusable(`${ok}Content-Length: 0\r\n\r\nHTTP/1.1`)).toThrow('after its end')
  expect(() => parser.push(raw('x'))).toThrow('after its end')
})

/** Answers each connection with these bytes and closes it. */
let answer: Buffer = Buffer.alloc(0)
const sockets = new Set<Socket>()
const server = createServer((socket) => {
  sockets.add(socket)
  socket.on('error', () => {})
  socket.once('data', () => socket.end(answer))
})
let origin = ''
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
})

async function readByUndici(bytes: Buffer): Promise<Read> {
  answer = bytes
  const client = new Client(origin, { pipelining: 1 })
  try {
    const { statusCode, body } = await client.request({ method: 'GET', path: '/' })
    const text = Buffer.from(await body.arrayBuffer()).toString('latin1')
    return { status: statusCode, headers: [], body: text }
  } catch {
    return 'refused'
  } finally {
    await client.destroy()
  }
}

/** The same in every run. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test('of bytes that were damaged at random it never reads another answer than undici does', async () => {
  const whole = [
    `${ok}Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{"result":1}`,
    `${chunked}6\r\n{"resu\r\n6;a=b\r\nlt":1}\r\n0\r\nX: y\r\n\r\n`,
    `${ok}Connection: close\r\n\r\n{"result":1}`,
  ]
  const pieces = [
    '\r',
    '\n',
    '\r\n',
    ' ',
    '\t',
    '\0',
    ':',
    ';',
    ',',
    '0',
    '1',
    'f',
    'chunked',
    '\x80',
  ]
  const below = random(4)
  let compared = 0
  for (let i = 0; i < 400; i += 1) {
    let text = whole[i % whole.length] ?? ''
    for (let damage = below(2); damage >= 0; damage -= 1) {
      const at = below(text.length)
      text = text.slice(0, at) + pieces[below(pieces.length)] + text.slice(at + below(3))
    }
    const ours = read(raw(text), 1 + below(text.length))
    if (ours === 'refused') continue
    const theirs = await readByUndici(raw(text))
    expect({ ...ours, headers: [] }, JSON.stringify(text)).toEqual(theirs)
    compared += 1
  }
  expect(compared).toBeGreaterThan(50)
}, 60_000)
