import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { sessionServer, sseServer } from './fixtures/legacy-server.ts'
import { listen } from './fixtures/listen.ts'
import { modernServer } from './fixtures/modern-server.ts'
import { rawServer } from './fixtures/raw-server.ts'
import { handshakeSchema } from './handshake.ts'
import { probe } from './probe.ts'

describe('a real server', () => {
  test('of both eras is listed in full', async () => {
    await using server = await listen(modernServer())
    const found = handshakeSchema.parse(await ask(server.url))
    expect(found).toMatchObject({
      protocolVersion: '2026-07-28',
      eras: ['legacy', 'modern'],
      transport: 'streamable-http',
      serverInfo: { name: 'modern', version: '2.0.0', title: 'Modern' },
      instructions: 'Be brief.',
      tools: [{ name: 'add', title: 'Add', description: 'Add.', inputSchema: { type: 'object' } }],
      resources: [{ uri: 'text://about', name: 'about', description: 'About.' }],
      prompts: [{ name: 'ask', description: 'Ask.' }],
    })
  })

  test('of the modern era alone is known as one', async () => {
    await using server = await listen(modernServer({ legacy: 'reject' }))
    expect((await ask(server.url)).eras).toEqual(['modern'])
  })

  test('with sessions is left with none open', async () => {
    const { handle, sessions } = sessionServer()
    let opened = 0
    await using server = await listen((request, response) => {
      opened = Math.max(opened, sessions.size)
      return handle(request, response)
    })
    const found = await ask(server.url)
    expect(found).toMatchObject({ protocolVersion: '2025-11-25', eras: ['legacy'] })
    expect(found.tools.map((tool) => tool.name)).toEqual(['wave'])
    expect(opened).toBe(1)
    expect(sessions.size).toBe(0)
  })

  test('on HTTP+SSE alone is found too', async () => {
    await using server = await listen(sseServer())
    const found = await ask(server.url)
    expect(found).toMatchObject({ transport: 'sse', eras: ['legacy'], tools: [{ name: 'wave' }] })
  })

  test('that lets server/discover hang is asked by initialize', async () => {
    const { handle } = sessionServer()
    await using server = await listen((request, response) => {
      if (request.headers['mcp-method'] !== 'server/discover') return handle(request, response)
    })
    expect((await ask(server.url, 15_000)).eras).toEqual(['legacy'])
  }, 20_000)

  test('gets the headers that were asked for', async () => {
    const handle = modernServer()
    await using server = await listen((request, response) =>
      request.headers['x-probe'] === 'yes'
        ? handle(request, response)
        : response.writeHead(401).end(),
    )
    await expect(ask(server.url)).rejects.toMatchObject({
      userMessage: expect.stringMatching(/401/),
    })
    await probe({ ...options(server.url), headers: { 'x-probe': 'yes' } })
  })
})

describe('says what it saw:', () => {
  test.each<[string, RequestListener, RegExp]>([
    ['another path', status(404), /answers 404 at \/mcp/],
    ['a Host guard', status(421), /Host/],
    ['authentication', status(401), /authentication of its own/],
    ['a crash', status(500), /HTTP 500/],
    [
      'a web page',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>'),
      /not an MCP server/,
    ],
    [
      'rubbish',
      (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"'),
      /not an MCP server/,
    ],
    [
      'a redirect elsewhere',
      (_, response) => response.writeHead(307, { location: 'http://169.254.169.254/' }).end(),
      /redirects \/mcp to http:\/\/169/,
    ],
    ['a closed connection', (request) => request.socket.destroy(), /Nothing answered/],
    ['silence', () => {}, /did not answer/],
  ])('%s', async (_name, handle, message) => {
    await using server = await listen(handle)
    const error = await ask(server.url, 1500).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'handshake_failed',
      userMessage: expect.stringMatching(message),
    })
    expect(error).toHaveProperty('hint', expect.any(String))
  })

  test('nothing on the port', async () => {
    const { url } = await listen(status(200)).then(async (server) => {
      await server[Symbol.asyncDispose]()
      return server
    })
    await expect(ask(url)).rejects.toMatchObject({
      userMessage: expect.stringMatching(/Nothing answered/),
    })
  })
})

describe('a hostile server', () => {
  test('with endless pages is cut off at 1,000 entries', async () => {
    let page = 0
    const tools = () => ({ tools: many(60, () => 'x'), nextCursor: String(++page) })
    await using server = await listen(rawServer(only('tools/list', tools)))
    expect((await ask(server.url)).tools).toHaveLength(1000)
  })

  test('with endless empty pages is cut off', async () => {
    let page = 0
    const tools = () => ({ tools: [], nextCursor: String(++page) })
    await using server = await listen(rawServer(only('tools/list', tools)))
    expect((await ask(server.url)).tools).toEqual([])
    expect(page).toBeLessThanOrEqual(100)
  })

  test('keeps to 1 MiB of entries in all', async () => {
    const tools = () => ({ tools: many(900, () => 'x'.repeat(4000)) })
    await using server = await listen(rawServer(only('tools/list', tools)))
    const size = JSON.stringify((await ask(server.url)).tools).length
    expect(size).toBeGreaterThan(900_000)
    expect(size).toBeLessThanOrEqual(1024 * 1024 + 1000)
  })

  test('with an endless body is left after 8 MiB', async () => {
    let sent = 0
    await using server = await listen((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        sent += 65_536
        if (!response.destroyed) response.write(Buffer.alloc(65_536, 'a'), () => setImmediate(more))
      }
      more()
    })
    await expect(ask(server.url)).rejects.toMatchObject({
      userMessage: expect.stringMatching(/8 MiB/),
    })
    expect(sent).toBeLessThan(64 * 1024 * 1024)
  })

  test('with lists that are no lists fails, and takes nothing else with it', async () => {
    await using server = await listen(rawServer(() => ({ tools: 'many' })))
    await expect(ask(server.url)).rejects.toMatchObject({ code: 'handshake_failed' })
  })

  test('puts nothing into the result that a database refuses', async () => {
    const bad = 'a\0b\ud800'
    const tool = { name: bad, description: bad, inputSchema: { type: 'object', [bad]: bad } }
    const lists = only('tools/list', () => ({ tools: [tool] }))
    await using server = await listen(rawServer(lists, { name: bad }))
    const json = JSON.stringify(await ask(server.url))
    expect(json).not.toMatch(/\\u0000|\\ud800/)
  })

  test('with a schema of 100 KB keeps its tool without the schema', async () => {
    const inputSchema = { type: 'object', properties: { x: { enum: Array(30_000).fill('abc') } } }
    const lists = only('tools/list', () => ({ tools: [{ name: 'big', inputSchema }] }))
    await using server = await listen(rawServer(lists))
    const [tool] = (await ask(server.url)).tools
    expect(tool?.name).toBe('big')
    expect(JSON.stringify(tool).length).toBeLessThan(1000)
  })

  test('that names another origin for its messages is not followed there', async () => {
    let visits = 0
    await using victim = await listen((_, response) => {
      visits += 1
      response.end()
    })
    await using server = await listen((request, response) => {
      if (request.method !== 'GET') return response.writeHead(405).end()
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`event: endpoint\ndata: ${victim.url}\n\n`)
    })
    await expect(ask(server.url, 2000)).rejects.toMatchObject({ code: 'handshake_failed' })
    expect(visits).toBe(0)
  })
})

test('ends at once when it is canceled', async () => {
  await using server = await listen(() => {})
  const controller = new AbortController()
  const started = Date.now()
  setTimeout(() => controller.abort(), 100)
  const asked = probe({ url: server.url, timeoutMs: 10_000, signal: controller.signal })
  await expect(asked).rejects.toMatchObject({ code: 'canceled' })
  expect(Date.now() - started).toBeLessThan(1500)
})

function ask(url: string, timeoutMs = 10_000) {
  return probe(options(url, timeoutMs))
}

function options(url: string, timeoutMs = 10_000) {
  return { url, timeoutMs, signal: new AbortController().signal }
}

function status(code: number): RequestListener {
  return (_request, response) => response.writeHead(code).end()
}

function only(method: string, lists: () => object) {
  const empty = { tools: [], resources: [], prompts: [] }
  return (asked: string) => (asked === method ? lists() : empty)
}

function many(count: number, description: () => string) {
  const inputSchema = { type: 'object' }
  return Array.from({ length: count }, (_, i) => ({
    name: `t${i}`,
    description: description(),
    inputSchema,
  }))
}
