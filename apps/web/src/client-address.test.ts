import { expect, test } from 'vitest'
import { clientAddress } from './client-address.ts'

test.each([
  ['203.0.113.9', undefined, '203.0.113.9'],
  ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['127.0.0.1', '10.0.0.1, 198.51.100.1', '198.51.100.1'],
  ['::1', undefined, '::1'],
  ['127.0.0.1', ' ', '127.0.0.1'],
])('from %s with %s it is %s', (peer, forwardedFor, address) => {
  expect(clientAddress(peer, forwardedFor)).toBe(address)
})
