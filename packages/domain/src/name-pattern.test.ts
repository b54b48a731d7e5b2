import { expect, test } from 'vitest'
import { fitsPattern } from './name-pattern.ts'

test.each([
  ['delete_note', 'delete_note', true],
  ['delete_note', 'delete_notes', false],
  ['delete_*', 'delete_note', true],
  ['delete_*', 'undelete_note', false],
  ['*', '', true],
  ['*_all', 'drop_all', true],
  ['a*a', 'a', false],
  ['a*b*c', 'a-b-c', true],
  ['a*bc*c', 'a-bc', false],
  ['a.c', 'abc', false],
])('%s and %s', (pattern, name, fits) => {
  expect(fitsPattern(pattern, name)).toBe(fits)
})
