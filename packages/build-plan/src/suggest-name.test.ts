import { expect, test } from 'vitest'
import { suggestName } from './suggest-name.ts'

test.each([
  [{ start: ['npx', '-y', '@scope/server@1.2', '--flag'] }, '@scope/server'],
  [{ start: ['uvx', '--from', 'some-package[cli]==1.2', 'command'] }, 'some-package'],
  [{ start: ['uv', 'tool', 'run', 'mcp-server-time'] }, 'mcp-server-time'],
  [
    { image: 'registry.example.com:5000/team/weather:1.2' },
    'registry.example.com:5000/team/weather',
  ],
  [{ image: 'weather@sha256:abc' }, 'weather'],
  [{ remote: { url: 'https://mcp.example.com/mcp' } }, 'mcp-example-com'],
  [{ openapi: { document: 'openapi.yaml' } }, null],
  [{}, null],
])('%j is called %s', (settings, name) => {
  expect(suggestName(settings)).toBe(name)
})
