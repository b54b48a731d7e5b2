import { expect, test } from 'vitest'
import { isSameOrigin } from './same-origin.ts'

const same = (headers: Record<string, string>, url = 'https://moorage.example.com') =>
  isSameOrigin(new Headers(headers), url)

test('a page of the dashboard may change things', () => {
  expect(same({ 'sec-fetch-site': 'same-origin' })).toBe(true)
  expect(same({ origin: 'https://moorage.example.com' })).toBe(true)
})

test.each([
  [{ 'sec-fetch-site': 'cross-site', origin: 'https://moorage.example.com' }],
  [{ 'sec-fetch-site': 'same-site' }],
  [{ 'sec-fetch-site': 'none' }],
  [{ origin: 'https://evil.example' }],
  [{ origin: 'https://moorage.example.com.evil.example' }],
  [{ origin: 'null' }],
  [{}],
])('nothing else may, with a cookie: %j', (headers) => {
  expect(same(headers)).toBe(false)
})

test('on this machine localhost and 127.0.0.1 are one, another port is not', () => {
  const url = 'http://localhost:4400'
  expect(same({ origin: 'http://127.0.0.1:4400' }, url)).toBe(true)
  expect(same({ origin: 'http://localhost:4401' }, url)).toBe(false)
})
