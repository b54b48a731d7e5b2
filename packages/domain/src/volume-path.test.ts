import { expect, test } from 'vitest'
import { checkVolumePath } from './volume-path.ts'

test.each(['/data', '/app/data', '/var/lib/my-server', '/home/.cache'])(
  'a volume can be at %s',
  (path) => {
    expect(checkVolumePath(path)).toBe(path)
  },
)

test.each([
  '',
  '/',
  'data',
  '/data/',
  '/a//b',
  '/a/../etc',
  '/./a',
  '/etc',
  '/proc/self',
  '/tmp/x',
  '/app',
  '/moorage',
  '/a:b',
  '/a,b',
  '/a\nb',
  `/${'a'.repeat(61)}`,
])('a volume cannot be at %j', (path) => {
  expect(() => checkVolumePath(path)).toThrow('cannot be at')
})
