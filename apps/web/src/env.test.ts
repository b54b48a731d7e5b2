import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseEnv } from './env.ts'

const production = {
  MOORAGE_ENV: 'production',
  DATABASE_URL: 'postgresql://db/moorage',
  MOORAGE_DATA_DIR: '/data',
  MOORAGE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  MOORAGE_AUTH_SECRET: randomBytes(32).toString('base64'),
  MOORAGE_DASHBOARD_URL: 'https://moorage.example.com',
  MOORAGE_ROUTER_URL: 'https://mcp.example.com',
  MOORAGE_GIT_URL: 'https://git.example.com',
}

test('good secrets start in production; an empty variable counts as unset', () => {
  const env = parseEnv({ ...production, REDIS_URL: '', MOORAGE_TRUSTED_REPO_HOSTS: 'a:3000, b' })
  expect(env.REDIS_URL).toBeUndefined()
  expect(env.MOORAGE_WEB_HOST).toBe('127.0.0.1')
  expect(env.MOORAGE_TRUSTED_REPO_HOSTS).toEqual(['a:3000', 'b'])
})

test.each([
  ['MOORAGE_AUTH_SECRET', ''],
  ['MOORAGE_AUTH_SECRET', 'short'],
  ['MOORAGE_ENCRYPTION_KEY', ''],
  ['MOORAGE_ENCRYPTION_KEY', randomBytes(16).toString('base64')],
])('production refuses a missing or weak %s (%j) and names it', (name, value) => {
  expect(() => parseEnv({ ...production, [name]: value })).toThrow(name)
})

test('a refusal never repeats the secret', () => {
  const secret = 'hunter2hunter2'
  expect(() => parseEnv({ ...production, MOORAGE_AUTH_SECRET: secret })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining(secret) }),
  )
})
