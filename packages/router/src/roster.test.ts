import { expect, test } from 'vitest'
import { Roster } from './roster.ts'

test('who was added and not removed is in it, also while it changes under the reader', () => {
  const roster = new Roster<string>()
  const slots = ['a', 'b', 'c', 'd'].map((one) => roster.add(one))
  roster.remove(slots[1] ?? -1)
  expect([...roster]).toEqual(['a', 'c', 'd'])
  roster.add('e')
  expect(roster.size).toBe(4)
  const seen: string[] = []
  for (const one of roster) {
    seen.push(one)
    if (one === 'a') roster.remove(slots[3] ?? -1)
  }
  expect(seen).toEqual(['a', 'e', 'c'])
  expect(roster.size).toBe(3)
})
