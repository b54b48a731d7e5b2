import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { weakSecrets } from './weak-secrets.ts'

const good = {
  MOORAGE_ENV: 'production',
  MOORAGE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  MOORAGE_AUTH_SECRET: randomBytes(32).toString('base64'),
  DATABASE_URL: `postgresql://moorage:${randomBytes(24).toString('hex')}@db/moorage`,
  REDIS_URL: 'redis://127.0.0.1:6379',
}

test('good secrets start', () => {
  expect(weakSecrets(good)).toEqual([])
})

const weak = [
  ['MOORAGE_AUTH_SECRET', 'short'],
  ['MOORAGE_AUTH_SECRET', 'a'.repeat(64)],
  ['MOORAGE_ENCRYPTION_KEY', Buffer.alloc(32).toString('base64')],
  ['MOORAGE_ENCRYPTION_KEY', randomBytes(16).toString('base64')],
  ['DATABASE_URL', 'postgresql://someone:postgres@db/moorage'],
  ['DATABASE_URL', 'postgresql://same-as-name:same-as-name@db/moorage'],
  ['REDIS_URL', 'redis://:changeme@redis:6379'],
] as const

test.each(weak)('a weak %s is refused by name and never repeated', (name, value) => {
  const faults = weakSecrets({ ...good, [name]: value })
  expect(faults).toHaveLength(1)
  expect(faults[0]).toContain(name)
  expect(faults[0]).not.toContain(value)
})

test('an environment that does not say what it is counts as production', () => {
  const { MOORAGE_ENV: _, ...unnamed } = good
  expect(weakSecrets({ ...unnamed, MOORAGE_AUTH_SECRET: 'short' })).toHaveLength(1)
  expect(weakSecrets({ MOORAGE_ENV: 'development', MOORAGE_AUTH_SECRET: 'short' })).toEqual([])
})
