import { expect, test } from 'vitest'
import { breaksClients, toolChanges, toolChangesLine } from './tool-changes.ts'

const tool = (name: string, rest: { description?: string; inputSchema?: unknown } = {}) => ({
  ...{ name, title: null, description: null, inputSchema: { type: 'object' } },
  ...rest,
})

test('says what was added, removed and changed, and in which part', () => {
  const before = [tool('a'), tool('b'), tool('c', { description: 'old' })]
  const after = [tool('a'), tool('c', { description: 'new' }), tool('d')]
  const changes = toolChanges(before, after)
  expect(changes).toEqual({
    added: ['d'],
    removed: ['b'],
    changed: [{ name: 'c', fields: ['description'] }],
  })
  expect(breaksClients(changes)).toBe(true)
  expect(toolChangesLine(changes)).toBe('added d; removed b; changed c (description)')
})

test('neither another order of tools nor of keys in a schema is a change; a new tool breaks nobody', () => {
  const one = { type: 'object', properties: { x: { type: 'string', maxLength: 3 } } }
  const other = { properties: { x: { maxLength: 3, type: 'string' } }, type: 'object' }
  const before = [tool('a', { inputSchema: one }), tool('b')]
  const same = toolChanges(before, [tool('b'), tool('a', { inputSchema: other })])
  expect(same).toEqual({ added: [], removed: [], changed: [] })
  expect(breaksClients(toolChanges(before, [...before, tool('c')]))).toBe(false)
})

test('a stricter schema is a change', () => {
  const stricter = { type: 'object', required: ['x'] }
  expect(toolChanges([tool('a')], [tool('a', { inputSchema: stricter })]).changed).toEqual([
    { name: 'a', fields: ['inputSchema'] },
  ])
})
