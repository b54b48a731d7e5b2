import { AppError } from '@moorage/domain/error'
import { describe, expect, test } from 'vitest'
import { parseMcpCommand } from './mcp-command.ts'

const npx = ['npx', '-y', '@scope/server', '/data']

describe('a command line', () => {
  test('of a package, with variables before it', () => {
    expect(parseMcpCommand('API_KEY=abc npx -y @scope/server /data')).toEqual({
      settings: { start: npx },
      env: { API_KEY: 'abc' },
    })
  })

  test('of docker run becomes its image, on stdio', () => {
    const line =
      'docker run -i --rm -e TOKEN -e LEVEL=debug --name x registry.example/team/server:1'
    expect(parseMcpCommand(line)).toEqual({
      settings: { image: 'registry.example/team/server:1', transport: 'stdio' },
      env: { LEVEL: 'debug' },
    })
  })

  test('uvx, python -m and an address', () => {
    expect(parseMcpCommand('uvx mcp-server-time').settings).toEqual({
      start: ['uvx', 'mcp-server-time'],
    })
    expect(parseMcpCommand('python -m mcp_server_time').settings.start?.[0]).toBe('python')
    expect(parseMcpCommand(' https://example.org/mcp ').settings).toEqual({
      remote: { url: 'https://example.org/mcp', headers: {} },
    })
  })
})

describe('what MCP clients keep', () => {
  const entry = { command: 'npx', args: npx.slice(1), env: { API_KEY: 'abc', PORT: '1' } }
  const found = { settings: { start: npx }, env: { API_KEY: 'abc' } }
  test.each([
    ['mcpServers', { mcpServers: { files: entry } }, { name: 'files', ...found }],
    ['servers', { servers: { files: { type: 'stdio', ...entry } } }, { name: 'files', ...found }],
    ['one entry, named', { files: entry }, { name: 'files', ...found }],
    ['one entry alone', entry, found],
    [
      'the shell that Windows needs',
      { command: 'cmd', args: ['/c', ...npx] },
      { settings: { start: npx }, env: {} },
    ],
  ])('%s', (_name, json, command) => {
    expect(parseMcpCommand(JSON.stringify(json, null, 2))).toEqual(command)
  })

  test('a piece cut out of a file', () => {
    const piece = `"files": ${JSON.stringify(entry)},`
    expect(parseMcpCommand(piece)).toEqual({ name: 'files', ...found })
  })

  test('an address with headers: the secrets of them become variables', () => {
    const headers = {
      Authorization: 'Bearer abc',
      'X-Api-Key': 'def',
      Accept: 'text/plain',
      'X-Other': ask,
    }
    expect(parseMcpCommand(JSON.stringify({ url: 'https://example.org/mcp', headers }))).toEqual({
      settings: {
        remote: {
          url: 'https://example.org/mcp',
          headers: {
            Authorization: `Bearer ${'$'}{AUTHORIZATION}`,
            'X-Api-Key': `${'$'}{X_API_KEY}`,
            Accept: 'text/plain',
            'X-Other': `${'$'}{other_key}`,
          },
        },
      },
      env: { AUTHORIZATION: 'abc', X_API_KEY: 'def' },
    })
  })

  test('mcp-remote is the address that it leads to', () => {
    const args = ['-y', 'mcp-remote', 'https://example.org/sse', '--header', 'X-Key: abc']
    expect(parseMcpCommand(JSON.stringify({ command: 'npx', args }))).toEqual({
      settings: {
        remote: { url: 'https://example.org/sse', headers: { 'X-Key': `${'$'}{X_KEY}` } },
      },
      env: { X_KEY: 'abc' },
    })
  })
})

const ask = `${'$'}{input:other-key}`

test.each([
  ['nothing', ''],
  ['a file of one’s own', 'node /home/me/server/index.js'],
  ['a directory of one’s own', 'uv --directory /home/me/server run server.py'],
  ['a line for a shell', 'npx server; curl example.org | sh'],
  ['a JSON that is none', '{"mcpServers": '],
  ['a JSON without a server', '{"theme": "dark"}'],
  ['no server', '{"mcpServers": {}}'],
  ['several servers', '{"mcpServers": {"a": {"command": "npx"}, "b": {"command": "npx"}}}'],
  ['words after the image', 'docker run -i --rm mcp/files /data'],
  ['a volume', 'docker run -i --rm -v /:/host mcp/files'],
  ['an address that is none', '{"url": "file:///etc/passwd"}'],
  ['a header of two lines', '{"url": "https://example.org", "headers": {"Accept": "a\\r\\nb"}}'],
  ['an odd variable', '{"command": "npx", "args": ["server"], "env": {"A B": "x"}}'],
  ['something long', 'x'.repeat(100_000)],
])('%s is refused, with what to paste', (_name, text) => {
  const error = failure(text)
  expect(error.code).toBe('bad_input')
  expect(error.hint).not.toBeNull()
})

function failure(text: string): AppError {
  try {
    parseMcpCommand(text)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('taken over, and should not have been')
}
