import { expect, test } from 'vitest'
import { postgresJson } from './postgres-json.ts'

test.each([
  ['a\u0000b', 'a\ufffdb'],
  ['\ud800', '\ufffd'],
  ['\\u0000', '\\u0000'],
  ['\\\u0000', '\\\ufffd'],
  ['😀 \\ud83d', '😀 \\ud83d'],
])('%j comes out as %j', (text, stored) => {
  expect(JSON.parse(postgresJson({ [text]: text }))).toEqual({ [stored]: stored })
})
