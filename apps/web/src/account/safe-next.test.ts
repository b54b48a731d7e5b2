import { expect, test } from 'vitest'
import { safeNext } from './safe-next.ts'

test('keeps a path of the dashboard with its filters', () => {
  expect(safeNext('/servers/echo/logs?q=time%20out')).toBe('/servers/echo/logs?q=time%20out')
})

test.each([
  undefined,
  '',
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
])('does not lead away from the dashboard after sign-in: %s', (next) => {
  expect(safeNext(next)).toBe('/')
})
