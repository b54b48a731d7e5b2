import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { open, parseEncryptionKey, seal } from './secret-box.ts'

const key = randomBytes(32)

test('opens what it sealed, and seals the same text differently each time', () => {
  const box = seal(key, 'geheim ✓', 'env:a')
  expect(open(key, box, 'env:a')).toBe('geheim ✓')
  expect(seal(key, 'geheim ✓', 'env:a')).not.toBe(box)
  expect(box).not.toContain('geheim')
})

test('refuses another key, another context and a changed box', () => {
  const box = seal(key, 'x', 'env:a')
  expect(() => open(randomBytes(32), box, 'env:a')).toThrow()
  expect(() => open(key, box, 'env:b')).toThrow()
  expect(() => open(key, `${box.slice(0, -2)}AA`, 'env:a')).toThrow()
})

test('refuses a key that is not 32 bytes', () => {
  expect(() => parseEncryptionKey('c2hvcnQ=')).toThrow(/32 bytes/)
})
