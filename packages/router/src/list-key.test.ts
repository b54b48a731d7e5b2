import { expect, test } from 'vitest'
import { listKey } from './list-key.ts'

const version = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }
const key = (params: Record<string, unknown>) => listKey('tools/list', params)

test('a list is the same whoever asks for it, and however often', () => {
  const client = { name: 'a', version: '1' }
  expect(
    key({ _meta: { ...version, 'io.modelcontextprotocol/clientInfo': client, progressToken: 4 } }),
  ).toBe(key({ _meta: version }))
  expect(key({})).not.toBeNull()
})

test('another method, revision or capability is another list', () => {
  const plain = key({ _meta: version })
  expect(listKey('prompts/list', { _meta: version })).not.toBe(plain)
  expect(key({})).not.toBe(plain)
  const capabilities = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } }
  expect(key({ _meta: { ...version, ...capabilities } })).not.toBe(plain)
})

test.each([
  ['tools/call', {}],
  ['resources/read', {}],
  [null, {}],
  ['tools/list', { cursor: 'x' }],
  ['tools/list', { inputResponses: {} }],
  ['tools/list', { _meta: 'x' }],
  ['tools/list', { _meta: { x: 'x'.repeat(5_000) } }],
])('%s %j is no whole list', (method, params) => {
  expect(listKey(method, params)).toBeNull()
})
