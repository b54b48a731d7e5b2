import { expect, test } from 'vitest'
import { createEventBoundary, createEventReader, parseEvent } from './event-stream.ts'

test.each([
  [[], true],
  [['data: x\n'], false],
  [['data: x\n\n'], true],
  [['data: x\r\n\r\n'], true],
  [['data: x\r\r'], true],
  [['data: x\n', '\n'], true],
  [['data: x\r', '\n', '\r', '\n'], true],
  [['data: x\n\n', 'da'], false],
  [['data: x\n\n', ': ping\n'], false],
])('after %j it stands between two events: %s', (chunks, between) => {
  const boundary = createEventBoundary()
  for (const chunk of chunks) boundary.push(Buffer.from(chunk))
  expect(boundary.isBetween()).toBe(between)
})

test('reads events that come in pieces, cut inside a character too', () => {
  const seen: string[] = []
  const read = createEventReader(({ event, data }) => seen.push(`${event}=${data}`), 1_000)
  const bytes = Buffer.from('event: a\ndata: é\ndata:2\n\n: note\r\n\r\ndata: last\r\r')
  for (const byte of bytes) read(Buffer.from([byte]))
  expect(seen).toEqual(['a=é\n2', 'message=', 'message=last'])
})

test('an event without end is not held for ever', () => {
  const seen: string[] = []
  const read = createEventReader(({ data }) => seen.push(data), 100)
  for (let i = 0; i < 50; i += 1) read(Buffer.from('data: endless'))
  read(Buffer.from('\n\ndata: next\n\n'))
  expect(seen.at(-1)).toBe('next')
  expect(seen.join('').length).toBeLessThan(200)
})

test('a field without a colon is no data', () => {
  expect(parseEvent('data\nid: 1\ndata: x')).toEqual({ event: 'message', data: '\nx' })
})
