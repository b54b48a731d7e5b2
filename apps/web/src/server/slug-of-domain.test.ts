import { expect, test } from 'vitest'
import { slugOfDomain } from './slug-of-domain.ts'

test('a certificate is asked for only below the base domain, one label deep', () => {
  expect(slugOfDomain('Echo.mcp.example.com', 'mcp.example.com')).toBe('echo')
  expect(slugOfDomain('echo--x-1.mcp.example.com', 'mcp.example.com')).toBe('echo--x-1')
  for (const domain of [
    'mcp.example.com',
    'a.echo.mcp.example.com',
    'echo.evil.example',
    'echomcp.example.com',
    'www.mcp.example.com',
    'echo--.mcp.example.com',
    '',
  ])
    expect(slugOfDomain(domain, 'mcp.example.com'), domain).toBeNull()
})
