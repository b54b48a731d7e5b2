import { expect, test } from 'vitest'
import { connectSnippets, type Endpoint, keyPlaceholder } from './snippets.ts'

const endpoint: Endpoint = {
  slug: 'echo',
  url: 'http://localhost:4400/echo/mcp',
  needsKey: true,
  transport: 'streamable-http',
}

test('every snippet holds the URL, and the key exactly once, so that it can be filled in', () => {
  for (const { id, code } of connectSnippets(endpoint)) {
    expect(code, id).toContain(endpoint.url)
    expect(code.split(keyPlaceholder), id).toHaveLength(2)
  }
})

test('a public server is called without a key', () => {
  for (const { id, code } of connectSnippets({ ...endpoint, needsKey: false })) {
    expect(code, id).not.toContain(keyPlaceholder)
    expect(code.toLowerCase(), id).not.toContain('authorization')
  }
})

test('what is pasted as JSON is JSON', () => {
  const pasted = connectSnippets(endpoint).filter(({ language }) => language === 'json')
  expect(pasted).toHaveLength(3)
  for (const { code } of pasted) expect(() => JSON.parse(code)).not.toThrow()
})

test('an SSE server is announced as one', () => {
  const byId = new Map(
    connectSnippets({ ...endpoint, transport: 'sse' }).map(({ id, code }) => [id, code]),
  )
  expect(byId.get('claude-code')).toContain('--transport sse')
  expect(byId.get('vscode')).toContain('"type": "sse"')
  expect(byId.get('typescript')).toContain('SSEClientTransport')
})
