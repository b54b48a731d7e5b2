import { expect, test } from 'vitest'
import { noBuildSettings, redactor } from './build-settings.ts'

test('takes a password out of what is printed, as it was written and decoded', () => {
  const redact = redactor({
    ...noBuildSettings,
    pipIndexUrl: 'https://me:s%40crt@example.com/simple',
  })
  expect(redact('from https://me:s%40crt@example.com')).toBe('from https://me:***@example.com')
  expect(redact('password s@crt refused')).toBe('password *** refused')
})

test('leaves everything alone where no setting has a password', () => {
  const redact = redactor({
    ...noBuildSettings,
    httpProxy: 'http://proxy.example.com',
    noProxy: 'a',
  })
  expect(redact('a http://proxy.example.com')).toBe('a http://proxy.example.com')
})
