import { expect, test } from 'vitest'
import { readablePayload } from './readable-payload.ts'

test('each message is indented, and one that was cut off stays as it is', () => {
  expect(readablePayload('{"a":1}\n{"b":[2]}\n{"c":"…')).toBe(
    '{\n  "a": 1\n}\n{\n  "b": [\n    2\n  ]\n}\n{"c":"…',
  )
})
