import { expect, test } from 'vitest'
import { createBackoff } from './backoff.ts'

test('waits twice as long after each quick death, up to a limit', () => {
  const backoff = createBackoff()
  const delays = Array.from({ length: 9 }, () => backoff.nextDelayMs(100))
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

test('begins anew after a steady run, at once where that is wanted', () => {
  expect(createBackoff().nextDelayMs(60_000)).toBe(500)
  const backoff = createBackoff(0)
  for (let death = 0; death < 5; death++) backoff.nextDelayMs(100)
  expect(backoff.nextDelayMs(60_000)).toBe(0)
  expect(backoff.deaths()).toBe(1)
  expect(backoff.nextDelayMs(100)).toBe(1_000)
})
