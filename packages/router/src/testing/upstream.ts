import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import {
  type EventStore,
  StreamableHTTPServerTransport,
} from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { createLegacyServer, type LegacyServer } from './legacy-server.ts'
import { createModernServer } from './modern-server.ts'

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
export async function startModernServer(
  name: string,
): Promise<Upstream & { toolsChanged(): void }> {
  const handler = createMcpHandler(() => createModernServer(name))
  const upstream = await startUpstream(toNodeHandler(handler))
  return Object.assign(upstream, { toolsChanged: () => handler.notify.toolsChanged() })
}

/** Up to 2025-11-25, with sessions held in memory, as most servers in the field do it. */
export function startSessionServer(
  name: string,
  /** `keepsEvents`: a stream that broke off can be resumed. */
  options: { delayMs?: number; keepsEvents?: boolean } = {},
): Promise<Upstream & { sessions: Map<string, StreamableHTTPServerTransport> }> {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  return startUpstream(async (req, res) => {
    const id = req.headers['mcp-session-id']
    const known = typeof id === 'string' ? sessions.get(id) : undefined
    if (known) return known.handleRequest(req, res)
    if (id !== undefined) return void res.writeHead(404).end()
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      ...(options.keepsEvents ? { eventStore: createEventStore() } : {}),
      onsessioninitialized: (sessionId) => void sessions.set(sessionId, transport),
      onsessionclosed: (sessionId) => void sessions.delete(sessionId),
    })
    await createLegacyServer(name, options.delayMs ?? 0).connect(
      transport as Parameters<LegacyServer['connect']>[0],
    )
    await transport.handleRequest(req, res)
  }).then((upstream) => Object.assign(upstream, { sessions }))
}

function createEventStore(): EventStore {
  const events: { streamId: string; message: Parameters<EventStore['storeEvent']>[1] }[] = []
  return {
    storeEvent: async (streamId, message) => String(events.push({ streamId, message })),
    replayEventsAfter: async (lastId, { send }) => {
      const streamId = events[Number(lastId) - 1]?.streamId ?? ''
      for (const [at, event] of events.entries())
        if (at >= Number(lastId) && event.streamId === streamId)
          await send(String(at + 1), event.message)
      return streamId
    },
  }
}

/** HTTP+SSE of 2024-11-05. */
export function startSseServer(name: string): Promise<Upstream> {
  const sessions = new Map<string, SSEServerTransport>()
  return startUpstream(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://upstream')
    if (req.method === 'GET' && url.pathname === '/sse') {
      const transport = new SSEServerTransport('/messages', res)
      sessions.set(transport.sessionId, transport)
      await createLegacyServer(name, 0).connect(transport)
      return
    }
    const transport = sessions.get(url.searchParams.get('sessionId') ?? '')
    if (req.method === 'POST' && url.pathname === '/messages' && transport)
      return transport.handlePostMessage(req, res)
    res.writeHead(req.method === 'POST' ? 405 : 404).end()
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
