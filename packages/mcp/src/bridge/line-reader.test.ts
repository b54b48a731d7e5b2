import { expect, test } from 'vitest'
import { createLineReader } from './line-reader.ts'

function read(chunks: readonly string[], maxBytes = 100) {
  const lines: string[] = []
  let tooLong = 0
  const reader = createLineReader(
    maxBytes,
    (line) => lines.push(line),
    () => void tooLong++,
  )
  for (const chunk of chunks) reader.push(Buffer.from(chunk))
  reader.end()
  return { lines, tooLong }
}

test('lines come whole, however they are cut', () => {
  expect(read(['{"a"', ':1}\r', '\n\n  \n', '{"é":', '2}\n{}']).lines).toEqual([
    '{"a":1}',
    '{"é":2}',
    '{}',
  ])
  const [first, second] = [Buffer.from('é\n').subarray(0, 1), Buffer.from('é\n').subarray(1)]
  const lines: string[] = []
  const reader = createLineReader(
    9,
    (line) => lines.push(line),
    () => {},
  )
  reader.push(first)
  reader.push(second)
  expect(lines).toEqual(['é'])
})

test('a line that is too long is told of once, and the next one is read', () => {
  expect(read(['12345', '67890', '12345\nok\n'], 9)).toEqual({ lines: ['ok'], tooLong: 1 })
})
