import { expect, test } from 'vitest'
import { changeRouting } from './change-routing.ts'

test('numbers, none, yes and no, and lists of names are read as their fields take them', () => {
  const set = ['callsPerMinute=60', 'concurrentCalls=none', 'keepPayloads=true', 'redact=ssn, iban']
  expect(changeRouting({ set, unset: ['reopenSessions'] })).toEqual({
    callsPerMinute: 60,
    concurrentCalls: null,
    keepPayloads: true,
    redact: ['ssn', 'iban'],
    reopenSessions: true,
  })
})

test.each([
  'callsPerMinute',
  'callsPerMinute=0',
  'callsPerMinute=many',
  'nothing=1',
  'keepPayloads=4',
])('%s is refused, with the names of the fields', (text) => {
  expect(() => changeRouting({ set: [text], unset: [] })).toThrow(
    expect.objectContaining({ exitCode: 2, hint: expect.stringContaining('concurrentCalls') }),
  )
})
