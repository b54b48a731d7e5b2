import type { IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'
import { Client, SSEClientTransport } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer, connect, echo, isServed, send } from './testing/client.ts'
import { createLibraryServer } from './testing/library-server.ts'
import { startPlatform, type TestPlatform, type TestServer, until } from './testing/platform.ts'
import { startSseServer, startUpstream, type Upstream } from './testing/upstream.ts'

const rules = [
  {
    who: ['everyone'],
    tools: { allow: ['read_*'], deny: [] },
    prompts: { allow: ['*'], deny: ['secret'] },
    resources: { allow: ['books://open/*'], deny: [] },
  },
]

let platform: TestPlatform
let url: string
let teamId: string
let key: string
const upstreams: Upstream[] = []

beforeAll(async () => {
  platform = await startPlatform()
  teamId = await platform.addTeam()
  key = (await platform.addKey(teamId)).key
  url = (await platform.startRouter()).url
})

afterAll(async () => {
  await platform.close()
  await Promise.all(upstreams.map((upstream) => upstream.stop()))
})

async function serve(
  upstream: Upstream,
  policy: object,
  plan: { transport?: string; path?: string } = {},
) {
  upstreams.push(upstream)
  const server = await platform.addServer(teamId, { policy })
  await platform.deploy(server, upstream.port, plan)
  const path = `${url}/${server.slug}`
  // A GET of HTTP+SSE does not end.
  const answers = async () => (await rpc(`${path}/mcp`, '')).status === 405
  await until(() => (plan.transport === 'sse' ? answers() : isServed(`${path}/mcp`, key)))
  return { server, path, mcp: `${path}/mcp` }
}

async function library(policy: object) {
  const upstream = await startUpstream(toNodeHandler(createMcpHandler(createLibraryServer)))
  return serve(upstream, policy)
}

async function setPolicy(server: TestServer, policy: object): Promise<void> {
  await platform.db.server.update({ where: { id: server.id }, data: { policy } })
  await platform.events.publish({ type: 'server', serverId: server.id })
}

const names = (list: { name: string }[]) => list.map(({ name }) => name)

describe.each(['legacy', '2026-07-28'] as const)('the official client, %s', (era) => {
  test('sees and may use what its rule allows, and nothing else', async () => {
    const { mcp, server } = await library({ rules })
    const client = await connect(mcp, key, era)
    expect(names((await client.listTools()).tools)).toEqual(['read_book', 'read_index'])
    expect(names((await client.listPrompts()).prompts)).toEqual(['summary'])
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual([
      'books://open/one',
    ])
    const { resourceTemplates } = await client.listResourceTemplates()
    expect(names(resourceTemplates)).toEqual(['open shelf'])
    expect(await client.callTool({ name: 'read_book', arguments: {} })).toMatchObject({
      content: [{ text: 'did read_book' }],
    })
    expect(await client.getPrompt({ name: 'summary' })).toMatchObject({ messages: [{}] })
    expect(await client.readResource({ uri: 'books://open/three' })).toMatchObject({
      contents: [{ text: 'books://open/three' }],
    })

    const refused = { code: -32602 }
    await expect(client.callTool({ name: 'delete_book', arguments: {} })).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('Tool delete_book not found'),
    })
    await expect(client.getPrompt({ name: 'secret' })).rejects.toMatchObject(refused)
    await expect(client.readResource({ uri: 'books://closed/two' })).rejects.toMatchObject(refused)
    await expect(client.readResource({ uri: 'books://open/../closed/two' })).rejects.toThrow()
    await client.close()

    const where = { serverId: server.id, refusedBy: 'policy', target: 'delete_book' }
    await until(async () => (await platform.db.requestLog.count({ where })) === 1)
    expect(await platform.db.requestLog.findFirst({ where })).toMatchObject({
      rpcMethod: 'tools/call',
      rpcErrorCode: -32602,
      status: 200,
    })
  })

  test('of a server without rules sees all there is', async () => {
    const { mcp } = await library({})
    const client = await connect(mcp, key, era)
    expect((await client.listTools()).tools).toHaveLength(3)
    await client.close()
  })
})

test('over HTTP+SSE, where answers come on another stream, lists are filtered and calls refused', async () => {
  const only = { ...rules[0], tools: { allow: ['echo'], deny: [] } }
  const { mcp } = await serve(
    await startSseServer('old'),
    { rules: [only] },
    { transport: 'sse', path: '/sse' },
  )
  const client = new Client({ name: 'test-client', version: '1.0.0' })
  const requestInit = { headers: bearer(key) }
  await client.connect(new SSEClientTransport(new URL(mcp), { requestInit }))
  expect(names((await client.listTools()).tools)).toEqual(['echo'])
  expect(await echo(client, 'hello')).toBe('old: hello')
  await expect(client.callTool({ name: 'grow', arguments: {} })).rejects.toThrow('not found')
  await client.close()
})

test('a stream of events that came with its length gets to the client whole, shorter as it is', async () => {
  const upstream = await startUpstream((_req, res) => {
    const tools = [{ name: 'read_book' }, { name: 'delete_book' }]
    const event = `data: ${JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } })}\n\n`
    const length = Buffer.byteLength(event)
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Content-Length': length }).end(event)
  })
  const { mcp } = await serve(upstream, { rules })
  const { text } = await rpc(mcp, { jsonrpc: '2.0', id: 1, method: 'tools/list' })
  expect(text).toContain('read_book')
  expect(text).not.toContain('delete_book')
})

test('a key that may use some tools is held to them on every server', async () => {
  const { mcp } = await library({})
  const own = await platform.addKey(teamId, {})
  await platform.db.apiKey.update({
    where: { id: own.id },
    data: { uses: { tools: { allow: ['read_book'] } } },
  })
  await platform.events.publish({ type: 'key', keyId: own.id })
  const seen = async () => {
    const client = await connect(mcp, own.key, 'legacy').catch(() => null)
    const tools = await client?.listTools()
    await client?.close()
    return names(tools?.tools ?? [])
  }
  await until(async () => (await seen()).length === 1)
  expect(await seen()).toEqual(['read_book'])
})

test('who may call, and what, counts within a second of a change', async () => {
  const { mcp, server } = await library({})
  const list = () => rpc(mcp, { jsonrpc: '2.0', id: 1, method: 'tools/list' })
  expect((await list()).text).toContain('delete_book')
  let changedMs = Date.now()
  await setPolicy(server, { rules })
  await until(async () => !(await list()).text.includes('delete_book'))
  expect(Date.now() - changedMs).toBeLessThan(1_000)
  changedMs = Date.now()
  await setPolicy(server, { mayCall: 'chosen', chosen: ['key:key_other'] })
  await until(async () => (await list()).status === 403)
  expect(Date.now() - changedMs).toBeLessThan(1_000)
})

test('a stored policy that cannot be read lets nobody in', async () => {
  const { mcp, server } = await library({})
  await setPolicy(server, { rules: 'none' })
  const list = () => rpc(mcp, { jsonrpc: '2.0', id: 1, method: 'tools/list' })
  await until(async () => (await list()).status === 403)
})

test('a former secret of a key is good until its time, and not after', async () => {
  const { mcp } = await library({})
  const [one, other] = [await platform.addKey(teamId), await platform.addKey(teamId)]
  const { hash } = await platform.db.apiKey.findUniqueOrThrow({ where: { id: one.id } })
  await platform.db.apiKey.delete({ where: { id: one.id } })
  const replace = async (formerUntil: Date) => {
    await platform.db.apiKey.update({
      where: { id: other.id },
      data: { formerHash: hash, formerUntil },
    })
    for (const { id } of [one, other]) await platform.events.publish({ type: 'key', keyId: id })
  }
  const statusOf = async (secret: string) =>
    (await send(mcp, { method: 'POST', headers: bearer(secret) })).status
  await replace(new Date(Date.now() + 60_000))
  await until(async () => (await statusOf(one.key)) !== 401)
  await replace(new Date(Date.now() - 1))
  await until(async () => (await statusOf(one.key)) === 401)
  expect(await statusOf(other.key)).not.toBe(401)
})

function rpc(mcp: string, message: unknown, headers: Record<string, string> = {}) {
  const body =
    typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message)
  return send(mcp, {
    method: 'POST',
    headers: {
      ...bearer(key),
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...headers,
    },
    body,
  })
}

describe('no way around a rule', () => {
  /** What reached the server. */
  const bodies: string[] = []
  let at: Awaited<ReturnType<typeof serve>>

  beforeAll(async () => {
    const upstream = await startUpstream(async (req, res) => {
      bodies.push(`${req.method} ${req.url} ${await textOf(req)}`)
      res.writeHead(200, { 'Content-Type': 'application/json' })
      res.end('{"jsonrpc":"2.0","id":1,"result":{}}')
    })
    at = await serve(upstream, { rules })
  })

  const call = (name: string, more = '') =>
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":${JSON.stringify(name)}${more}}}`

  test('what is allowed passes as it came', async () => {
    const body = `${call('read_book', ',"arguments":{"n":12345678901234567890}')} `
    expect((await rpc(at.mcp, body)).text).toContain('"result"')
    expect(bodies.at(-1)).toBe(`POST /mcp ${body}`)
  })

  test.each<[string, string | Buffer, Record<string, string>?]>([
    ['another case', call('Delete_book')],
    ['a space behind', call('delete_book ')],
    ['characters that look alike', call('\uFF44elete_book')],
    ['escapes', call('delete_book').replace('delete', '\\u0064elete')],
    ['the name twice', call('read_book', ',"name":"delete_book"')],
    ['the name twice, escaped', call('read_book', ',"n\\u0061me":"delete_book"')],
    ['the name in another case, which Go takes', call('read_book', ',"Name":"delete_book"')],
    ['params twice', call('read_book').replace('}}', '},"params":{"name":"delete_book"}}')],
    [
      'params in another case',
      call('read_book').replace('}}', '},"Params":{"name":"delete_book"}}'),
    ],
    ['a method in another case', call('delete_book').replace('tools/call', 'Tools/Call')],
    ['a method that is no text', call('delete_book').replace('"tools/call"', '["tools/call"]')],
    ['a name that is no text', call('').replace('""', '["delete_book"]')],
    ['no name', '{"jsonrpc":"2.0","id":1,"method":"tools/call"}'],
    ['no id', '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"delete_book"}}'],
    ['a batch', `[${call('read_book')},${call('delete_book')}]`],
    ['a batch in a batch', `[[${call('delete_book')}]]`],
    ['a byte order mark', `\uFEFF${call('delete_book')}`],
    ['UTF-16', Buffer.from(call('delete_book'), 'utf16le')],
    ['bytes that are no UTF-8', Buffer.from(call('delete_book\u00ff'), 'latin1')],
    ['another charset', call('delete_book'), { 'Content-Type': 'application/json; charset=utf-7' }],
    ['another type', call('read_book'), { 'Content-Type': 'text/plain' }],
    ['a compressed body', gzipSync(call('delete_book')), { 'Content-Encoding': 'gzip' }],
    ['an encoding that is none', call('read_book'), { 'Content-Encoding': 'gzip' }],
    ['no JSON', 'name=delete_book'],
    ['chunks', call('delete_book'), { 'Transfer-Encoding': 'chunked' }],
    ['a header that says something else', call('read_book'), { 'Mcp-Name': 'delete_book' }],
    ['a header of another method', call('read_book'), { 'Mcp-Method': 'tools/list' }],
    ['more than is read', call('read_book', `,"arguments":{"x":"${'x'.repeat(1_100_000)}"}`)],
    ['a prompt', call('secret').replace('tools/call', 'prompts/get')],
    [
      'a completion',
      '{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"secret"}}}',
    ],
    [
      'a subscription',
      '{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"books://closed/two"}}',
    ],
    [
      'a subscription of 2026-07-28',
      '{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["books://closed/two"]}}}',
    ],
  ])('%s', async (_name, body, headers = {}) => {
    const before = bodies.length
    const answer = await rpc(at.mcp, body, headers)
    expect(answer.text).toContain('"error"')
    expect(answer.text).not.toContain('"result"')
    expect(bodies).toHaveLength(before)
  })

  test.each(['/other', '/mcp/deep', '/mcp%2f', '//mcp', '/MCP', '/./mcp', '/mcp/../other'])(
    'another path of the server: %s',
    async (path) => {
      const before = bodies.length
      const answer = await send(url, {
        method: 'POST',
        headers: { ...bearer(key), 'Content-Type': 'application/json' },
        body: call('read_book'),
        path: `/${at.server.slug}${path}`,
      })
      expect(answer.status).toBe(404)
      expect(bodies).toHaveLength(before)
    },
  )

  test.each(['GET', 'DELETE', 'PUT', 'PATCH', 'OPTIONS'])('a body by %s', async (method) => {
    const before = bodies.length
    const answer = await send(at.mcp, {
      method,
      headers: {
        ...bearer(key),
        'Content-Type': 'application/json',
        'X-HTTP-Method-Override': 'POST',
        'Content-Length': String(call('delete_book').length),
      },
      body: call('delete_book'),
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(bodies).toHaveLength(before)
  })
})

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

describe('lists, however they come', () => {
  const tools = '"tools":[{"name":"delete_book"},{"name":"read_book"}]'
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

  async function answered(type: string, body: string | Buffer, headers = {}) {
    const upstream = await startUpstream((req, res) => {
      if (req.method !== 'POST') return void res.writeHead(405).end()
      res.writeHead(200, { 'Content-Type': type, ...headers })
      // In pieces, wherever they end.
      const bytes = Buffer.from(body)
      for (let i = 0; i < bytes.length; i += 7) res.write(bytes.subarray(i, i + 7))
      res.end()
    })
    const { mcp } = await serve(upstream, { rules })
    return rpc(mcp, list)
  }

  test('as JSON, and nobody may keep it for others', async () => {
    const body = `{"jsonrpc":"2.0","id":1,"result":{${tools},"ttlMs":9,"cacheScope":"public"}}`
    const { text, headers } = await answered('application/json', body, {
      'Content-Length': String(body.length),
      ETag: '"1"',
    })
    expect(JSON.parse(text).result).toEqual({
      tools: [{ name: 'read_book' }],
      ttlMs: 9,
      cacheScope: 'private',
    })
    expect(headers.etag).toBeUndefined()
  })

  test.each(['\n', '\r\n', '\r'])('as events that end lines with %j', async (end) => {
    const body = [
      ': hi',
      '',
      'id: 7',
      'event: message',
      `data: {"jsonrpc":"2.0","id":1,`,
      `data: "result":{${tools}}}`,
      '',
      'data: {"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"books://closed/two"}}',
      '',
      'data: {"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"books://open/\u00fc"}}',
      '',
      '',
    ].join(end)
    const { text } = await answered('text/event-stream', `${body}${end === '\r' ? ':' : ''}`)
    expect(text).toContain('id: 7')
    expect(text).toContain('read_book')
    expect(text).toContain('books://open/\u00fc')
    expect(text).not.toMatch(/delete_book|closed/)
  })

  test('in a batch', async () => {
    const { text } = await answered(
      'application/json',
      `[{"jsonrpc":"2.0","id":1,"result":{${tools}}}]`,
    )
    expect(JSON.parse(text)[0].result.tools).toEqual([{ name: 'read_book' }])
  })

  test.each([
    [
      'compressed',
      'application/json',
      gzipSync(`{"result":{${tools}}}`),
      { 'Content-Encoding': 'gzip' },
    ],
    [
      'compressed events',
      'text/event-stream',
      gzipSync(`data: {"result":{${tools}}}\n\n`),
      { 'Content-Encoding': 'gzip' },
    ],
    ['no JSON', 'text/plain', `here: {${tools}}`, {}],
  ])('%s: refused, as it cannot be filtered', async (_name, type, body, headers) => {
    const { status, text } = await answered(type, body, headers)
    expect(status).toBe(503)
    expect(text).not.toContain('delete_book')
  })
})
