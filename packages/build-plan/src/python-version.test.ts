import { expect, test } from 'vitest'
import { choosePython } from './language-version.ts'
import { sourceTreeFrom } from './source-tree.ts'

test.each([
  ['3.11\n', '3.11'],
  ['3.13.2', '3.13'],
  ['cpython-3.10', '3.10'],
  ['3.14\n3.12', '3.14'],
  ['>=3.13', '3.13'],
  ['my-environment', '3.12'],
  ['', '3.12'],
])('.python-version of %j is Python %s', (text, version) => {
  expect(choose(text)).toBe(version)
})

test.each(['2.7.18', '3.8', 'pypy3.10-7.3', '>=4'])(
  '.python-version of %j is refused, with what is there',
  (text) => {
    expect(() => choose(text)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('3.12') }),
    )
  },
)

function choose(text: string): string {
  const tree = sourceTreeFrom({ '.python-version': text })
  return choosePython(tree, {}, { range: null, source: 'requires-python' }).version
}
