import { expect, test } from 'vitest'
import { isRepeatable, questionId, readRpcMessage, rpcErrorCode } from './rpc-message.ts'

const read = (value: unknown) => readRpcMessage(Buffer.from(JSON.stringify(value)))

test('reads what the log needs from a request of either era', () => {
  const clientInfo = { name: 'c', version: '1' }
  expect(
    read({
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', clientInfo },
    }),
  ).toMatchObject({ id: 0, method: 'initialize', client: clientInfo, protocol: '2025-06-18' })
  expect(
    read({
      id: 'a',
      method: 'tools/call',
      params: {
        name: 'echo',
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': clientInfo,
        },
      },
    }),
  ).toMatchObject({
    id: 'a',
    target: 'echo',
    client: clientInfo,
    protocol: '2026-07-28',
    initialize: null,
  })
  expect(read({ id: 1, method: 'resources/read', params: { uri: 'a://b' } })?.target).toBe('a://b')
  expect(
    read([
      { id: 1, method: 'ping' },
      { id: 2, method: 'x' },
    ])?.method,
  ).toBe('ping')
})

test('wrong types in a message cost the field, not the request', () => {
  expect(read({ id: {}, method: 7, params: 'x' })).toMatchObject({
    id: null,
    method: null,
    target: null,
  })
  expect(
    read({ method: 'tools/call', params: { name: 1, clientInfo: { name: 'x' } } }),
  ).toMatchObject({
    method: 'tools/call',
    target: null,
    client: null,
  })
  expect(readRpcMessage(Buffer.from('{'))).toBeNull()
  expect(readRpcMessage(Buffer.from('"text"'))).toBeNull()
})

test('an error that a tool quotes is not an error of the call', () => {
  expect(rpcErrorCode(Buffer.from('{"id":1,"error":{"code":-32602,"message":""}}'))).toBe(-32602)
  expect(rpcErrorCode(Buffer.from('{"id":1,"result":{"error":{"code":1}}}'))).toBeNull()
  expect(rpcErrorCode(Buffer.from('{"error"'))).toBeNull()
})

test('a question has method and id; a notification and an answer are none', () => {
  expect(questionId('{"id":3,"method":"sampling/createMessage"}')).toBe(3)
  expect(questionId('{"method":"notifications/progress"}')).toBeNull()
  expect(questionId('{"id":3,"result":{"method":"x"}}')).toBeNull()
})

test.each([
  ['POST', 'tools/list', true],
  ['POST', 'resources/templates/list', true],
  ['POST', 'server/discover', true],
  ['POST', 'notifications/initialized', true],
  ['POST', 'tools/call', false],
  ['POST', 'tasks/cancel', false],
  ['DELETE', null, false],
  ['GET', null, true],
])('%s %s may be sent again: %s', (httpMethod, method, repeatable) => {
  expect(isRepeatable(httpMethod, method === null ? null : read({ id: 1, method }))).toBe(
    repeatable,
  )
})

test('an answer may be sent again; a batch never, as it may hold a call', () => {
  expect(isRepeatable('POST', read({ id: 1, result: {} }))).toBe(true)
  expect(isRepeatable('POST', read({ id: 1, error: { code: 1 } }))).toBe(true)
  const batch = [
    { id: 1, method: 'tools/list' },
    { id: 2, method: 'tools/call' },
  ]
  expect(isRepeatable('POST', read(batch))).toBe(false)
})
