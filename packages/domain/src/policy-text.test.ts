import { expect, test } from 'vitest'
import { namesFrom, namesText } from './policy-text.ts'

test.each([
  ['', { allow: ['*'], deny: [] }],
  ['read_*', { allow: ['read_*'], deny: [] }],
  ['read_* !read_secret', { allow: ['read_*'], deny: ['read_secret'] }],
  ['!delete_*', { allow: ['*'], deny: ['delete_*'] }],
  ['!*', { allow: [], deny: [] }],
])('%j is read, and written as it was', (text, names) => {
  expect(namesFrom(text)).toEqual(names)
  expect(namesText(names)).toBe(text)
})

test('commas and line ends part names too', () => {
  expect(namesFrom('a,\n b')).toEqual({ allow: ['a', 'b'], deny: [] })
})
