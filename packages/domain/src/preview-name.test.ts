import { expect, test } from 'vitest'
import { previewNames, splitPreviewSlug } from './preview-name.ts'

const mark = '0123456789abcdef'

test.each([
  ['feature-x', 'feature-x'],
  ['feature/X', 'feature-x'],
  ['release/1.2', 'release-1-2'],
  ['--weird__--', 'weird'],
])('the branch %s is shown as %s, and as something of its own where that is taken', (ref, name) => {
  expect(previewNames('echo', ref, mark)).toEqual([name, `${name}-012345`])
})

test('a name fits with any slug into one label of a host name, however long the branch is', () => {
  const slug = 'a'.repeat(40)
  const names = previewNames(slug, `feature/${'x'.repeat(200)}`, mark)
  expect(names).toHaveLength(1)
  for (const name of names) {
    expect(`${slug}--${name}`.length).toBeLessThanOrEqual(63)
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(name.endsWith('-012345')).toBe(true)
  }
})

test('a branch without a single letter of ours has a name all the same', () => {
  expect(previewNames('echo', '日本', mark)).toEqual(['branch-012345'])
})

test('what is split is exactly a slug and a name', () => {
  expect(splitPreviewSlug('my-echo--feature-x')).toEqual({ slug: 'my-echo', name: 'feature-x' })
  for (const text of ['echo', 'echo--', '--x', 'echo---x', 'Echo--x', 'echo--x--y'])
    expect(splitPreviewSlug(text)).toBeNull()
})
