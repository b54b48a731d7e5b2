import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { formatLine } from './log-line.ts'

const plain = (text: string) => stripVTControlCharacters(formatLine(text))

test('turns a structured line into its message and details', () => {
  const line =
    '{"level":30,"time":1,"pid":2,"hostname":"h","name":"builder","slug":"a","msg":"went live"}'
  expect(plain(line)).toBe('went live slug=a')
})

test('marks a warning and an error, and keeps the stack', () => {
  expect(plain('{"level":40,"msg":"slow"}')).toBe('warn slow')
  expect(plain('{"level":50,"msg":"no","error":{"stack":"Error: x"}}')).toBe(
    'error no error=Error: x',
  )
})

test('passes on what only looks structured', () => {
  for (const line of ['{"level":', '{"level":"high"}', 'plain {"level":30}']) {
    expect(plain(line)).toBe(line)
  }
})
