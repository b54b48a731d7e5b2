import { describe, expect, test } from 'vitest'
import { match, ownHostname, upstreamPath } from './match.ts'

const site = {
  baseDomain: 'mcp.test',
  hostnames: ['dashboard.test'],
  slugOf: (hostname: string) => (hostname.endsWith('own.test') ? 'owned' : undefined),
}

test.each([
  ['127.0.0.1:8080', '127.0.0.1'],
  ['[::1]:8080', '[::1]'],
  ['10.0.0.7', '10.0.0.7'],
  ['LOCALHOST', 'localhost'],
  ['echo.localhost:1', 'echo.localhost'],
  ['mcp.test', 'mcp.test'],
  ['echo.mcp.test', 'echo.mcp.test'],
  ['dashboard.test', 'dashboard.test'],
  ['Tools.own.test:443', 'tools.own.test'],
])('%s is ours', (host, hostname) => {
  expect(ownHostname(host, site)).toBe(hostname)
})

test.each([
  undefined,
  '',
  'evil.test',
  'evilmcp.test',
  'mcp.test.evil.test',
  'a.dashboard.test',
  'x@mcp.test',
  'mcp.test:x',
  '[::1',
  'mcp.test/',
])('%s is not ours', (host) => {
  expect(ownHostname(host, site)).toBeNull()
})

describe('match', () => {
  test.each([
    ['mcp.test', '/echo/mcp', { slug: 'echo', prefix: '/echo', rest: '/mcp' }],
    ['mcp.test', '/echo', { slug: 'echo', prefix: '/echo', rest: '/' }],
    ['mcp.test', '/echo?a=/b', { slug: 'echo', prefix: '/echo', rest: '/?a=/b' }],
    ['mcp.test', '/echo//x/../y%2f', { slug: 'echo', prefix: '/echo', rest: '//x/../y%2f' }],
    ['echo.mcp.test', '/mcp?x', { slug: 'echo', prefix: '', rest: '/mcp?x' }],
    ['a.b.mcp.test', '/mcp', { slug: 'a.b', prefix: '', rest: '/mcp' }],
    ['own.test', '/mcp', { slug: 'owned', prefix: '', rest: '/mcp' }],
    [
      'mcp.test',
      '/.well-known/oauth-protected-resource/echo/mcp',
      {
        slug: 'echo',
        prefix: '/echo',
        rest: '/.well-known/oauth-protected-resource/echo/mcp',
      },
    ],
  ])('%s %s', (hostname, url, place) => {
    expect(match(hostname, url, site)).toEqual(place)
  })

  test.each(['/', '//evil/mcp', '*', 'http://evil.test/echo/mcp', ''])(
    '%s names no server',
    (url) => {
      expect(match('localhost', url, site)).toBeNull()
    },
  )
})

test.each([
  ['/mcp', '/api/mcp'],
  ['/mcp/', '/api/mcp'],
  ['/mcp/?a=b', '/api/mcp?a=b'],
  ['/mcp/x', '/mcp/x'],
  ['/mcpx', '/mcpx'],
  ['/', '/'],
])('%s leads to %s where the server speaks MCP at /api/mcp', (rest, path) => {
  expect(upstreamPath(rest, '/api/mcp')).toBe(path)
})
