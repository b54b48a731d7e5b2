import { expect, test } from 'vitest'
import { isPublicAddress } from './guarded-connect.ts'

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '::1',
  'fe80::1',
  'fc00::1',
  '::ffff:10.0.0.1',
  '2002:7f00:1::',
  '64:ff9b::a00:1',
])('never calls %s', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test('calls public addresses', () => {
  expect(isPublicAddress('93.184.216.34')).toBe(true)
  expect(isPublicAddress('2606:2800:220:1::1')).toBe(true)
})
