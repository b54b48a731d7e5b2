import { defaultRouting } from '@moorage/domain/routing'
import { expect, test } from 'vitest'
import { fromDraft, toDraft } from './routing-draft.ts'

test('what the form holds is what was there, limits, names and times included', () => {
  const times = { pauseAfterSeconds: 100, stopAfterSeconds: null }
  const routing = { ...defaultRouting, callsPerMinute: 600, redact: ['ssn', 'iban'], ...times }
  expect(routing).toMatchObject(fromDraft(toDraft(routing)))
  expect(toDraft(defaultRouting).callsPerMinute).toBe('')
  expect(fromDraft({ ...toDraft(routing), redact: 'a b,c\nd' }).redact).toEqual([
    'a',
    'b',
    'c',
    'd',
  ])
})
