import { expect, test } from 'vitest'
import { createEventLog } from './event-log.ts'

test('what was missed is of the same stream, later, and without priming events', () => {
  const log = createEventLog()
  const priming = log.append('a', '')
  log.append('b', '1')
  const second = log.append('a', '2')
  log.append('a', '')
  log.append('a', '3')
  expect(log.after(priming.id)?.events.map(({ data }) => data)).toEqual(['2', '3'])
  expect(log.after(second.id)?.events.map(({ data }) => data)).toEqual(['3'])
})

test('it is bounded, and knows what it has forgotten', () => {
  const log = createEventLog()
  const ids = Array.from({ length: 3000 }, (_, i) => log.append('a', String(i)).id)
  expect(log.after(ids[0] ?? '')).toBeNull()
  expect(log.after(ids.at(-2) ?? '')?.events).toHaveLength(1)
  const kept = ids.findIndex((id) => log.after(id) !== null)
  expect(log.after(ids[kept] ?? '')?.events).toHaveLength(ids.length - kept - 1)
  for (const id of ['', 'a', 'a-', 'a-99999', '-1', 'a-1e3']) expect(log.after(id)).toBeNull()
})

test('large events count by their size', () => {
  const log = createEventLog()
  const [first] = Array.from({ length: 40 }, () => log.append('a', 'x'.repeat(1024 * 1024)))
  expect(log.after(first?.id ?? '')).toBeNull()
})
