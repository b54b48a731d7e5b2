import type { Events, PlatformEvent } from '@moorage/bus/events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSharedCounts, type SharedCounts } from './shared-counts.ts'

const logger = { info: () => {}, warn: () => {}, error: () => {} }
const minute = 60_000
let heard: ((event: PlatformEvent) => void)[] = []
let isAway = false

/** What carries events between the counts of one process, and can be away. */
const events: Events = {
  publish: async (event) => {
    if (isAway) throw new Error('away')
    for (const handler of heard) handler(structuredClone(event))
  },
  subscribe: async (handler) => {
    heard.push(handler)
    return async () => {}
  },
  close: async () => {},
}

async function counts(): Promise<SharedCounts> {
  const made = createSharedCounts({ events, logger })
  await made.start()
  return made
}

beforeEach(() => {
  heard = []
  isAway = false
  vi.useFakeTimers({ now: 1_000 * minute })
})
afterEach(() => vi.useRealTimers())

test('what was called in the last minute fades as the next minute goes by', async () => {
  const one = await counts()
  one.count('a', 10)
  expect(one.lastMinute('a')).toBe(10)
  vi.setSystemTime(1_001 * minute)
  expect(one.lastMinute('a')).toBe(10)
  vi.setSystemTime(1_001.5 * minute)
  expect(one.lastMinute('a')).toBe(5)
  vi.setSystemTime(1_002 * minute)
  expect(one.lastMinute('a')).toBe(0)
})

test.each([
  [1_000, 0],
  [1_000.25, 0],
  [1_000.5, 4],
  [1_000.9, 9],
])(
  'after the seconds to wait there is room, and not before: at %d with %d later',
  async (at, later) => {
    const one = await counts()
    one.count('a', 10)
    vi.setSystemTime(at * minute)
    if (later > 0) one.count('a', later)
    const seconds = one.secondsUntil('a', 6)
    vi.setSystemTime(at * minute + seconds * 1_000)
    expect(one.lastMinute('a')).toBeLessThanOrEqual(6)
    vi.setSystemTime(at * minute + (seconds - 1.1) * 1_000)
    expect(one.lastMinute('a')).toBeGreaterThan(6)
  },
)

test('a router that falls silent keeps its calls in the count, but no place', async () => {
  const [one, other] = [await counts(), await counts()]
  other.count('a', 3)
  await vi.advanceTimersByTimeAsync(300)
  expect([one.lastMinute('a'), one.busy('a')]).toEqual([3, 3])
  isAway = true
  await vi.advanceTimersByTimeAsync(5_000)
  expect([one.lastMinute('a'), one.busy('a')]).toEqual([3, 0])
})

test('what could not be told is told in full when events are back', async () => {
  const [one, other] = [await counts(), await counts()]
  isAway = true
  other.count('a', 2)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(one.lastMinute('a')).toBe(0)
  isAway = false
  other.count('a', 1)
  await vi.advanceTimersByTimeAsync(300)
  expect(one.lastMinute('a')).toBe(3)
})

test('made-up callers do not fill the memory, and do not push out who holds a place', async () => {
  const one = await counts()
  one.count('holder', 1)
  for (let i = 0; i < 100_001; i += 1) {
    one.count(`caller ${i}`, 1)
    one.done(`caller ${i}`, 1)
  }
  expect(one.busy('holder')).toBe(1)
  expect(one.lastMinute('caller 0')).toBe(0)
  expect(one.lastMinute('caller 100000')).toBe(1)
})
