import { expect, test } from 'vitest'
import { asksToSkip } from './skip-mark.ts'

test('a commit asks not to be deployed in its subject or anywhere below', () => {
  expect(asksToSkip('docs: typo [skip moorage]')).toBe(true)
  expect(asksToSkip('docs: typo\n\n[Moorage Skip]\n')).toBe(true)
  expect(asksToSkip('fix: [skip ci] is not ours')).toBe(false)
  expect(asksToSkip('skip moorage')).toBe(false)
})
