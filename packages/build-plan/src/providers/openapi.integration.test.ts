import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from '@moorage/embedded/free-port'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { fillCommand } from '../fill-command.ts'
import type { BuildPlan } from '../plan.ts'
import type { OpenapiSettings } from '../settings.ts'
import { sourceTreeFrom } from '../source-tree.ts'
import { openapi } from './openapi.ts'

const pets = (port: number) => `
openapi: 3.1.0
info: { title: Pets, version: 1.0.0 }
servers: [{ url: /v1 }, { url: "http://127.0.0.1:{port}/v1", variables: { port: { default: ${port} } } }]
paths:
  /pets/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string, enum: [no, 2026-01-01] } }]
    get:
      operationId: pets/get
      tags: [pets]
      parameters:
        - { name: limit, in: query, schema: { type: integer } }
        - { name: X-Trace, in: header, schema: { type: string } }
      responses: { 200: { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } } }
    delete: { tags: [pets, admin], responses: { 204: { description: gone } } }
  /pets:
    post:
      operationId: addPet
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } }
      responses: { 201: { description: ok } }
  /broken: { get: { operationId: broken, responses: { 200: { description: never } } } }
components:
  schemas:
    Pet: { type: object, required: [name], properties: { name: { type: string }, parent: { $ref: "#/components/schemas/Pet" } } }
`

type Seen = { line: string; headers: IncomingHttpHeaders; body: string }
const seen: Seen[] = []
const api = createServer(async (request, response) => {
  const body = (await request.toArray()).join('')
  seen.push({ line: `${request.method} ${request.url}`, headers: request.headers, body })
  if (request.url?.includes('/broken')) response.statusCode = 500
  if (request.method === 'DELETE') response.writeHead(204).end()
  else response.setHeader('content-type', 'application/json').end('{"seen":true}')
})

let dir = ''
let apiPort = 0
const ends: (() => unknown)[] = []

beforeAll(async () => {
  api.listen(0, '127.0.0.1')
  await once(api, 'listening')
  apiPort = (api.address() as AddressInfo).port
  dir = await mkdtemp(join(tmpdir(), 'openapi-'))
  const { install } = planned(pets(apiPort), {})
  for (const [program = '', ...args] of install.run)
    await promisify(execFile)(program, args, { cwd: dir })
})

afterEach(() => {
  for (const end of ends.splice(0)) end()
  seen.length = 0
})

afterAll(async () => {
  api.close()
  await rm(dir, { recursive: true, force: true })
})

test('every operation is a tool, and a call reaches the API without the caller’s own headers', async () => {
  const server = await start(pets(apiPort))
  expect(await server.toolNames()).toEqual(['addPet', 'broken', 'delete_pets_id', 'pets_get'])
  await server.call('pets_get', { id: 'no', limit: 2, 'X-Trace': 'abc' })
  await server.call('addPet', { name: 'Rex' })
  expect(seen.map(({ line }) => line)).toEqual(['GET /v1/pets/no?limit=2', 'POST /v1/pets'])
  expect(seen[0]?.headers).toMatchObject({ 'x-trace': 'abc', host: `127.0.0.1:${apiPort}` })
  expect(Object.keys(seen[0]?.headers ?? {})).not.toContain('moorage-user')
  expect(JSON.parse(seen[1]?.body ?? '')).toEqual({ name: 'Rex' })
})

test('an answer without content is one, and an error of the API is an error of the tool', async () => {
  const server = await start(pets(apiPort))
  expect(await server.call('delete_pets_id', { id: 'no' })).toMatchObject({ isError: false })
  const failed = await server.call('broken', {})
  expect(failed).toMatchObject({ isError: true })
  expect(JSON.stringify(failed)).toContain('500')
})

test.each<[string, Partial<OpenapiSettings>, string[]]>([
  ['a tag', { include: ['tag:pets'] }, ['delete_pets_id', 'pets_get']],
  ['a method and path', { include: ['GET /*'] }, ['broken', 'pets_get']],
  ['operationIds', { include: ['pets/*', 'addPet'] }, ['addPet', 'pets_get']],
  ['all but some', { exclude: ['tag:admin', 'broken'] }, ['addPet', 'pets_get']],
  [
    'other names',
    {
      include: ['tag:pets'],
      tools: { 'pets/get': { name: 'look' }, 'DELETE /pets/{id}': { name: 'drop' } },
    },
    ['drop', 'look'],
  ],
])('chooses by %s', async (_name, settings, names) => {
  const server = await start(pets(apiPort), settings)
  expect(await server.toolNames()).toEqual(names)
})

test('headers and query come out of the server’s environment', async () => {
  const settings = {
    headers: { Authorization: `Bearer ${variable('TOKEN')}` },
    query: { key: 'k1' },
  }
  const server = await start(pets(apiPort), settings, { TOKEN: 'secret' })
  await server.call('pets_get', { id: 'no', limit: 1 })
  expect(seen[0]?.line).toBe('GET /v1/pets/no?key=k1&limit=1')
  expect(seen[0]?.headers.authorization).toBe('Bearer secret')
})

test.each<[string, Partial<OpenapiSettings>, string]>([
  ['a missing variable', { headers: { A: variable('NOPE') } }, 'variable NOPE is not set'],
  ['nothing chosen', { include: ['tag:none'] }, 'no operation is chosen'],
  ['a document that is not valid', { document: 'invalid' }, 'Invalid OpenAPI schema'],
  ['one name for two', { tools: { addPet: { name: 'broken' } } }, 'would be the tool broken'],
])('ends and says why: %s', async (_name, settings, message) => {
  const document = pets(apiPort).replace(
    'description: gone',
    settings.document ?? 'description: gone',
  )
  await expect(start(document, { ...settings, document: 'openapi.yaml' })).rejects.toThrow(message)
})

test('serves a large document of the real world', async () => {
  const file = fileURLToPath(import.meta.resolve('@figma/rest-api-spec/openapi/openapi.yaml'))
  const settings = { baseUrl: `http://127.0.0.1:${apiPort}` }
  const server = await start(await readFile(file, 'utf8'), settings)
  expect((await server.toolNames()).length).toBeGreaterThan(40)
  await server.call('getFileNodes', { file_key: 'abc', ids: '1:2' })
  expect(seen[0]?.line).toBe('GET /v1/files/abc/nodes?ids=1%3A2')
})

function variable(name: string): string {
  return `\${${name}}`
}

function planned(document: string, settings: Partial<OpenapiSettings>): BuildPlan {
  const repository = sourceTreeFrom({ 'openapi.yaml': document })
  const settled = { openapi: { document: 'openapi.yaml', ...settings } }
  const plan = openapi.detect(repository, { rootDir: '.', repository, settings: settled })
  if (plan === null) throw new Error('not planned')
  return plan
}

/** Starts what is planned for a document. Throws what it prints where it ends before it answers. */
async function start(
  document: string,
  settings: Partial<OpenapiSettings> = {},
  env: Record<string, string> = {},
) {
  await writeFile(join(dir, 'openapi.yaml'), document)
  const plan = planned(document, settings)
  const at = { host: '127.0.0.1', port: await freePort(0) }
  const [program = '', ...args] = fillCommand(plan.start.command, at)
  const child = execFile(program, args, { cwd: dir, env: { ...plan.start.env, ...env } })
  ends.push(() => child.kill('SIGKILL'))
  let said = ''
  child.stderr?.on('data', (text) => {
    said += text
  })
  const url = `http://${at.host}:${at.port}${plan.path}`
  while ((await rpc(url, 'tools/list').catch(() => null)) === null) {
    if (child.exitCode !== null) throw new Error(said)
    await sleep(100)
  }
  return {
    toolNames: async () => (await rpc(url, 'tools/list')).tools.map(({ name }) => name).sort(),
    call: (name: string, given: object) => rpc(url, 'tools/call', { name, arguments: given }),
  }
}

async function rpc(url: string, method: string, params: object = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'moorage-user': 'ada',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const [, data = '{}'] = /^data: (.*)$/m.exec(await response.text()) ?? []
  const { result } = JSON.parse(data) as { result: { tools: { name: string }[] } }
  return result
}
