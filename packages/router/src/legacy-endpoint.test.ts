import { expect, test } from 'vitest'
import { createEndpointRewriter, endpointTokens } from './legacy-endpoint.ts'

const instance = {
  id: 'ins',
  serverId: 'srv',
  origin: 'http://127.0.0.1:4000',
  hostHeader: '127.0.0.1:8000',
  remote: null,
  restarts: 0,
  current: true,
  sleeping: false,
}

function rewrite(chunks: string[], prefix = '/echo') {
  const endpoints: string[] = []
  const host = 'mcp.test'
  const forwarded = { for: '', address: '', proto: 'http', host, prefix, cookies: false }
  const place = { path: '/deep/sse', forwarded, instance }
  const through = createEndpointRewriter(place, (path) => endpoints.push(path))
  const out = chunks.map((chunk) => through(Buffer.from(chunk))?.toString() ?? null)
  return { out, endpoints }
}

test.each([
  ['/messages?s=1', '/messages?s=1'],
  ['messages?s=1', '/deep/messages?s=1'],
  ['?s=1', '/deep/sse?s=1'],
  ['http://127.0.0.1:8000/messages', '/messages'],
  ['http://127.0.0.1:4000/messages', '/messages'],
  ['http://mcp.test/echo/messages', '/messages'],
])('the endpoint %s lies under the slug', (endpoint, inner) => {
  const { out, endpoints } = rewrite([`event: endpoint\r\ndata: ${endpoint}\r\n\r\nrest`])
  expect(endpoints).toEqual([inner])
  expect(out).toEqual([`event: endpoint\ndata: /echo${inner}\r\n\r\nrest`])
})

test('an endpoint at another host is left alone', () => {
  const chunk = 'event: endpoint\ndata: http://elsewhere.test/messages\n\n'
  expect(rewrite([chunk])).toEqual({ out: [chunk], endpoints: [] })
})

test('finds the event in pieces, behind comments and with the data first', () => {
  const pieces = [': hello\n\n: wor', 'ld\n', 'data: /m\nevent: endp', 'oint\n', '\ndata: x']
  const { out } = rewrite(pieces)
  expect(out.slice(0, 4)).toEqual([null, null, null, null])
  expect(out[4]).toBe(': hello\n\n: world\nevent: endpoint\ndata: /echo/m\n\ndata: x')
})

test.each(['event: message\ndata: {', 'id: 1', 'retry: 1000\n', ': ping\n\nid: 7\ndata:'])(
  'a stream of the newer transport is not held back: %j',
  (chunk) => {
    expect(rewrite([chunk, 'more']).out).toEqual([chunk, 'more'])
  },
)

test('an endless first event is let go', () => {
  const chunks = Array.from({ length: 20 }, () => `data: ${'x'.repeat(1_000)}`)
  expect(rewrite(chunks).out.join('')).toBe(chunks.join(''))
})

test('a session is known by the values in its query however the URL is written', () => {
  expect(endpointTokens('/m?session_id=0123456789&v=1')).toEqual(['0123456789'])
  expect(endpointTokens('/x?a=b&session_id=%30123456789')).toEqual(['0123456789'])
  expect(endpointTokens('/m/0123456789')).toEqual(['/m/0123456789'])
})
