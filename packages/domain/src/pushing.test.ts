import { expect, test } from 'vitest'
import { defaultPushing, pushingInputSchema, readPushing } from './pushing.ts'

test('a stored value that is not good any more is the default, and takes no other with it', () => {
  expect(readPushing({ previews: 'sometimes', maxPreviews: 2 })).toEqual({
    ...defaultPushing,
    maxPreviews: 2,
  })
  expect(readPushing(null)).toEqual(defaultPushing)
})

test.each(['/etc', 'a\nb', 'a\\b', ''])('the watched path %j is refused', (path) => {
  expect(pushingInputSchema.safeParse({ watchPaths: [path] }).success).toBe(false)
})
