import { expect, test } from 'vitest'
import { formatDuration } from './duration.ts'
import { relativeTime } from './relative-time.ts'
import { formatSize } from './size.ts'

test('durations read in the unit that fits, and never round up to a full 60 s', () => {
  expect([38, 999, 1000, 59_949, 59_960, 65_400, 3_599_000, 7_800_000].map(formatDuration)).toEqual(
    ['38 ms', '999 ms', '1.0 s', '59.9 s', '1 min 00 s', '1 min 05 s', '59 min 59 s', '2 h 10 min'],
  )
})

test('sizes read in decimal units with three figures at most', () => {
  expect([0, 214, 999, 1000, 1340, 148_300_000, 9_960_000_000].map(formatSize)).toEqual([
    '0 B',
    '214 B',
    '999 B',
    '1.0 kB',
    '1.3 kB',
    '148 MB',
    '10 GB',
  ])
})

test('times read relative to now, past and future', () => {
  const now = new Date('2026-11-22T12:00:00Z')
  const at = (seconds: number) => relativeTime(new Date(now.getTime() - seconds * 1000), now)
  expect([0, 45, 119, 7200, 86_400 * 3, 86_400 * 400, -86_400 * 2].map(at)).toEqual([
    'now',
    '40 s ago',
    '1 min ago',
    '2 h ago',
    '3 d ago',
    '1 y ago',
    'in 2 d',
  ])
})
