import { expect, test } from 'vitest'
import { defaultRouting, readKeyLimits, readRouting, routingInputSchema } from './routing.ts'

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
