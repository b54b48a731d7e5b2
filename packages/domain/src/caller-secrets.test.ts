import { expect, test } from 'vitest'
import { callerSecretsSchema } from './caller-secrets.ts'

const declared = (header: string) => callerSecretsSchema.safeParse([{ name: 'token', header }])

test.each([
  'Host',
  'cookie',
  'Content-Type',
  'Transfer-Encoding',
  'Mcp-Session-Id',
  'Moorage-User',
  'X_Forwarded_For',
  'proxy-authorization',
  'not a header',
  'X-Bad\r\nX-Other',
])('no server is given %j by its callers', (header) => {
  expect(declared(header).success).toBe(false)
})

test.each(['X-GitHub-Token', 'Authorization', 'X-Api-Key'])('a server may ask for %s', (header) => {
  expect(declared(header).success).toBe(true)
})

test('two secrets have neither the same name nor, however it is spelt, the same header', () => {
  const one = { name: 'one', header: 'X-Token' }
  const both = (other: object) => callerSecretsSchema.safeParse([one, other]).success
  expect(both({ name: 'one', header: 'X-Other' })).toBe(false)
  expect(both({ name: 'two', header: 'x_token' })).toBe(false)
  expect(both({ name: 'two', header: 'X-Other' })).toBe(true)
})
