import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { McpServer as LegacyMcpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import {
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

export type Upstream = {
  port: number
  /** Ends it as a container is ended: connections and all. */
  stop(): Promise<void>
  /** Requests as they came in. */
  seen: { method: string; url: string; headers: NodeJS.Dict<string | string[]> }[]
  sockets(): number
}

/** A bare HTTP server in the place of an instance. */
export async function startUpstream(listener: RequestListener): Promise<Upstream> {
  const seen: Upstream['seen'] = []
  const server = createServer((req, res) => {
    seen.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers })
    listener(req, res)
  })
  let open = 0
  server.on('connection', (socket) => {
    open += 1
    socket.once('close', () => {
      open -= 1
    })
  })
  const port = await listen(server)
  return {
    port,
    seen,
    sockets: () => open,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Speaks both eras, without sessions. */
export function startModernServer(name: string): Promise<Upstream> {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name, version: '1.0.0' })
    server.registerTool(
      'echo',
      { description: 'Says it again', inputSchema: z.object({ text: z.string() }) },
      async ({ text }) => ({ content: [{ type: 'text', text: `${name}: ${text}` }] }),
    )
    return server
  })
  return startUpstream(toNodeHandler(handler))
}

/** Up to 2025-11-25, with sessions held in memory, as most servers in the field do it. */
export function startSessionServer(
  name: string,
  options: { delayMs?: number } = {},
): Promise<Upstream & { sessions: Map<string, StreamableHTTPServerTransport> }> {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  return startUpstream(async (req, res) => {
    const id = req.headers['mcp-session-id']
    const known = typeof id === 'string' ? sessions.get(id) : undefined
    if (known) return known.handleRequest(req, res)
    if (id !== undefined) return void res.writeHead(404).end()
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (sessionId) => void sessions.set(sessionId, transport),
      onsessionclosed: (sessionId) => void sessions.delete(sessionId),
    })
    await legacyServer(name, options.delayMs ?? 0).connect(
      transport as Parameters<LegacyMcpServer['connect']>[0],
    )
    await transport.handleRequest(req, res)
  }).then((upstream) => Object.assign(upstream, { sessions }))
}

/** HTTP+SSE of 2024-11-05. */
export function startSseServer(name: string): Promise<Upstream> {
  const sessions = new Map<string, SSEServerTransport>()
  return startUpstream(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://upstream')
    if (req.method === 'GET' && url.pathname === '/sse') {
      const transport = new SSEServerTransport('/messages', res)
      sessions.set(transport.sessionId, transport)
      await legacyServer(name, 0).connect(transport)
      return
    }
    const transport = sessions.get(url.searchParams.get('sessionId') ?? '')
    if (req.method === 'POST' && url.pathname === '/messages' && transport)
      return transport.handlePostMessage(req, res)
    res.writeHead(req.method === 'POST' ? 405 : 404).end()
  })
}

function legacyServer(name: string, delayMs: number): LegacyMcpServer {
  const server = new LegacyMcpServer(
    { name, version: '1.0.0' },
    { capabilities: { logging: {}, resources: { subscribe: true } } },
  )
  registerWatching(server)
  server.registerTool(
    'echo',
    { description: 'Says it again', inputSchema: { text: z.string() } },
    async ({ text }) => {
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      return { content: [{ type: 'text', text: `${name}: ${text}` }] }
    },
  )
  server.registerTool('ask', { description: 'Asks the client' }, async () => {
    const answer = await server.server.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: 'well?' } }],
      maxTokens: 10,
    })
    const text = answer.content.type === 'text' ? answer.content.text : ''
    return { content: [{ type: 'text', text: `${name}: ${text}` }] }
  })
  return server
}

/** State of a session that its client believes in: what it watches, and how much it wants to hear. */
function registerWatching(server: LegacyMcpServer): void {
  const watched = new Set<string>()
  let level = 'none'
  server.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    watched.add(params.uri)
    return {}
  })
  server.server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    watched.delete(params.uri)
    return {}
  })
  server.server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
    level = params.level
    return {}
  })
  server.registerTool('touch', { description: 'Tells of every watched resource' }, async () => {
    for (const uri of watched) await server.server.sendResourceUpdated({ uri })
    return { content: [{ type: 'text', text: `${level} ${[...watched].join(' ')}` }] }
  })
}

export async function readAll(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )
}
