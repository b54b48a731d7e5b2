import { expect, test } from 'vitest'
import {
  defaultRouting,
  readKeyLimits,
  readRouting,
  routingInputSchema,
  sleepDue,
} from './routing.ts'

test('a bad value is the default, and the good ones beside it stay', () => {
  const stored = {
    callsPerMinute: 10,
    concurrentCalls: -1,
    keepPayloads: 'yes',
    __proto__: 1,
    toString: 2,
  }
  expect(readRouting(stored)).toEqual({ ...defaultRouting, callsPerMinute: 10 })
})

test.each([null, undefined, [], 'text', 7, {}])(
  'what is no settings at all is the default: %j',
  (value) => {
    expect(readRouting(value)).toEqual(defaultRouting)
    expect(readKeyLimits(value)).toEqual({ callsPerMinute: null, concurrentCalls: null })
  },
)

test('a caller is told of a setting that there is not', () => {
  expect(routingInputSchema.safeParse({ callsPerMinute: 5 }).success).toBe(true)
  expect(routingInputSchema.safeParse({ callsPerMinutes: 5 }).success).toBe(false)
  expect(routingInputSchema.safeParse({ callsPerMinute: 0 }).success).toBe(false)
})

test.each([
  ['ready', 10, 20, 9, null],
  ['ready', 10, 20, 10, 'paused'],
  ['ready', 10, 20, 20, 'asleep'],
  ['ready', null, 20, 19, null],
  ['ready', 10, null, 1e9, 'paused'],
  ['ready', null, null, 1e9, null],
  ['paused', 10, 20, 19, null],
  ['paused', 10, 20, 20, 'asleep'],
  ['paused', 10, null, 1e9, null],
] as const)(
  'what is %s, with times %s and %s and nothing to do for %s s, is due to be %s',
  (state, pauseAfterSeconds, stopAfterSeconds, idleSeconds, due) => {
    const routing = { ...defaultRouting, pauseAfterSeconds, stopAfterSeconds }
    expect(sleepDue(routing, { state, idleSeconds })).toBe(due)
  },
)
