import { expect, test } from 'vitest'
import { filterEvents } from './filter-events.ts'

const uses = [
  {
    tools: { allow: ['read_*'], deny: [] },
    prompts: { allow: ['*'], deny: [] },
    resources: { allow: ['*'], deny: [] },
  },
]
const list = (...names: string[]) =>
  `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: names.map((name) => ({ name })) } })}`

test.each(['\n\n', '\r\n\r\n', '\r\r'])(
  'lists are filtered wherever the chunks of a stream are cut, with events that end with %j',
  (end) => {
    const note = 'data: {"jsonrpc":"2.0","method":"notifications/message"}'
    const stream = [list('read_a', 'write_b'), ': alive', note, list('write_c')].join(end) + end
    for (let size = 1; size <= stream.length; size += 1) {
      const filter = filterEvents(uses, () => expect.unreachable(), 1_000)
      let out = ''
      for (let at = 0; at < stream.length; at += size)
        out += filter(Buffer.from(stream.slice(at, at + size))) ?? ''
      // A last CR may yet turn out to be half of a CR LF.
      out += filter(Buffer.from('x')) ?? ''
      const wanted = [`${list('read_a')}\n\n`, `: alive${end}`, `${note}${end}`, `${list()}\n\n`]
      expect(out).toBe(wanted.join(''))
    }
  },
)

test('a long event is looked through once, however many chunks it comes in', () => {
  const filter = filterEvents(uses, () => expect.unreachable(), 32 * 1024 * 1024)
  const chunk = Buffer.alloc(4_096, 'x')
  filter(Buffer.from('data: {"a":"'))
  const begun = performance.now()
  for (let i = 0; i < 4_000; i += 1) filter(chunk)
  // Looked through again with each chunk it takes more than a minute.
  expect(performance.now() - begun).toBeLessThan(5_000)
  expect(filter(Buffer.from('"}\n\n'))?.length).toBe(4_000 * 4_096 + 16)
})

test('an event that is longer than can be held is told of, and not let through', () => {
  const told: string[] = []
  const filter = filterEvents(uses, () => void told.push('too long'), 1_000)
  expect(filter(Buffer.from(`data: ${'x'.repeat(1_001)}`))).toBeNull()
  expect(told).toEqual(['too long'])
})
