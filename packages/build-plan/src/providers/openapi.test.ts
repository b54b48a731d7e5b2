import { expect, test } from 'vitest'
import { planBuild } from '../detect.ts'
import type { OpenapiSettings } from '../settings.ts'
import { sourceTreeFrom } from '../source-tree.ts'

const document = (more: object = {}) =>
  JSON.stringify({
    openapi: '3.1.0',
    servers: [{ url: 'https://api.example' }],
    paths: {},
    ...more,
  })

test.each(['openapi.json', 'openapi.yaml', 'swagger.yml'])('%s and no code is a server', (name) => {
  const plan = planFor({ [name]: document(), 'README.md': '' })
  expect(plan).toMatchObject({ flavor: 'OpenAPI', kind: 'python', transport: 'streamable-http' })
  expect(plan.start.command).toContain(name)
  expect(plan.install.copy).toEqual([])
})

test('a document beside code is no server by itself, and is one where the settings name it', () => {
  const files = { 'openapi.json': document(), 'app.rb': '' }
  expect(() => planFor(files)).toThrow(/No MCP server/)
  expect(planFor(files, { document: './openapi.json' }).flavor).toBe('OpenAPI')
})

test('an address is fetched by others, and the file that they put there is served', () => {
  const settings = { document: 'https://api.example/openapi.json' }
  expect(planFor({ 'moorage.json': '{}' }, settings).start.command).toContain('openapi-document')
  const fetched = { 'openapi-document': '{"swagger":"2.0"}' }
  expect(() => planFor(fetched, settings)).toThrow(/Swagger 2\.0/)
})

test('names the API in a reason: the first absolute server, or the one that is set', () => {
  const servers = [
    { url: '/v1' },
    { url: 'https://{place}.example', variables: { place: { default: 'eu' } } },
  ]
  const api = (settings?: OpenapiSettings) =>
    planFor({ 'openapi.json': document({ servers }) }, settings).reasons.find(
      ({ choice }) => choice === 'API',
    )?.value
  expect(api()).toBe('https://eu.example')
  expect(api({ document: 'openapi.json', baseUrl: 'https://own.example' })).toBe(
    'https://own.example',
  )
})

test.each<[string, string, RegExp]>([
  ['Swagger 2.0', '{"swagger":"2.0","paths":{}}', /Swagger 2\.0/],
  ['no paths', '{"openapi":"3.0.0"}', /not an OpenAPI 3 document/],
  ['a later version', '{"openapi":"4.0.0","paths":{}}', /not an OpenAPI 3 document/],
  ['a list', '[1]', /not an OpenAPI 3 document/],
  ['neither JSON nor YAML', 'a: [', /neither JSON nor YAML/],
  ['too deep', '['.repeat(100_000), /neither JSON nor YAML/],
  ['no absolute server', document({ servers: [{ url: '/v1' }] }), /no absolute server/],
  ['no server', document({ servers: undefined }), /no absolute server/],
  ['other files', document({ x: { $ref: './pet.yaml' } }), /refers to other files/],
])('a document with %s is refused with a hint', (_name, text, message) => {
  expect(() => planFor({ 'openapi.json': text })).toThrow(
    expect.objectContaining({
      code: 'plan_failed',
      userMessage: expect.stringMatching(message),
      hint: expect.any(String),
    }),
  )
})

test.each([
  ['a path outside', { document: '../openapi.json' }],
  ['an absolute path', { document: '/etc/openapi.json' }],
  ['a file that is not there', { document: 'nope.json' }],
  ['an address without TLS', { document: 'http://api.example/openapi.json' }],
  ['a file address', { document: 'file:///etc/passwd' }],
  ['settings without end', { document: 'openapi.json', include: Array(400).fill('x'.repeat(100)) }],
])('%s is refused', (_name, settings) => {
  expect(() => planFor({ 'openapi.json': document() }, settings)).toThrow(
    expect.objectContaining({ code: 'plan_failed', hint: expect.any(String) }),
  )
})

function planFor(files: Record<string, string>, openapi?: OpenapiSettings) {
  const overrides = openapi === undefined ? {} : { openapi }
  return planBuild(sourceTreeFrom(files), { overrides })
}
