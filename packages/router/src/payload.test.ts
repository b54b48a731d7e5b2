import { expect, test } from 'vitest'
import { addAnswer, newPayload, payloadText } from './payload.ts'

const text = (value: unknown, redact: string[] = []) =>
  payloadText(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), redact)
const key = `mrg_${'a1B2'.repeat(10)}`

test.each([
  [{ params: { arguments: { password: 'hunter2', user: 'ann' } } }],
  [{ accessToken: 'hunter2' }],
  [{ headers: { Authorization: 'hunter2', Cookie: ['hunter2'] } }],
  [{ nested: [{ client_secret: { deep: 'hunter2' } }] }],
  [{ content: [{ type: 'text', text: '{"api_key":"hunter2"}' }] }],
  [{ text: 'connect with password=hunter2 now' }],
  [{ text: 'set "token": "hunter2"' }],
  [`event: message\ndata: {"result":{"apiKey":"hunter2"}}\n\n`],
])('a secret value does not get into the log: %j', (value) => {
  expect(text(value)).not.toContain('hunter2')
  expect(text(value)).toContain('[redacted]')
})

test.each([
  key,
  'Bearer abc.def',
  'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2ln',
  'ghp_abcdefghijklmnopqrstuvwxyz',
  '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----',
])('a secret gives itself away wherever it stands: %s', (secret) => {
  expect(text({ note: `see ${secret} there` })).toBe('{"note":"see [redacted] there"}')
})

test('names that the server names are redacted too', () => {
  expect(text({ iban: 'DE1', name: 'x' }, ['IBAN'])).toBe('{"iban":"[redacted]","name":"x"}')
})

test('what is no secret stays as it is', () => {
  const call = { method: 'tools/call', params: { name: 'add', arguments: { a: 1, b: null } } }
  expect(text(call)).toBe(JSON.stringify(call))
})

test.each([
  ['not JSON at all', '(not JSON, so not kept)'],
  ['{"password":"hun', '(not JSON, so not kept)'],
  [`{"a":"${'x'.repeat(70_000)}"}`, '(too long to be kept)'],
])('what cannot be read is not kept', (value, note) => {
  expect(text(value)).toBe(note)
})

test('a long payload is cut after it was redacted, and a longer one takes no memory', () => {
  expect(text({ a: 'x'.repeat(20_000) })?.length).toBe(8 * 1024 + 1)
  const payload = newPayload(null)
  for (let i = 0; i < 1_000; i += 1) addAnswer(payload, Buffer.alloc(64 * 1024))
  expect(payload.response.length).toBeLessThan(5)
  expect(payload.keptBytes).toBe(64 * 1024 * payload.response.length)
})
