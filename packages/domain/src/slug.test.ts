import { expect, test } from 'vitest'
import { slugFrom, slugSchema } from './slug.ts'

test.each(['abc', 'a-b-c', 'echo2', 'a'.repeat(40)])('accepts %s', (slug) => {
  expect(slugSchema.safeParse(slug).success).toBe(true)
})

test.each(['ab', 'a--b', '-abc', 'abc-', 'Abc', 'a_b', 'a'.repeat(41), 'admin', '../x', 'a b c'])(
  'refuses %s',
  (slug) => {
    expect(slugSchema.safeParse(slug).success).toBe(false)
  },
)

test('makes a slug out of a repository URL or a path, or says that it cannot', () => {
  expect(slugFrom('https://example.com/acme/My_Server.git')).toBe('my-server')
  expect(slugFrom('git@example.com:acme/weather.git')).toBe('weather')
  expect(slugFrom('/home/me/Weather Server/')).toBe('weather-server')
  expect(slugFrom('https://example.com/--')).toBeNull()
})
