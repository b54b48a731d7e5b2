import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node'
import {
  classifyInboundRequest,
  createMcpHandler,
  isInitializeRequest,
  localhostAllowedHostnames,
  validateHostHeader,
} from '@modelcontextprotocol/server'
import { createEventStore } from './event-store.ts'
import { createConformanceServer } from './server.ts'

/** Both eras at `/mcp` of 127.0.0.1: sessions up to 2025-11-25, stateless from 2026-07-28 on. */
export async function serveHttp(port: number): Promise<{ port: number; close(): Promise<void> }> {
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>()
  const handler = createMcpHandler(() => createConformanceServer(handler.notify))
  const modern = toNodeHandler(handler)

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (!validateHostHeader(req.headers.host, localhostAllowedHostnames()).ok)
      return refuse(res, 403, -32000, 'Invalid Host')
    const body = req.method === 'POST' ? await json(req).catch(() => undefined) : null
    if (body === undefined) return refuse(res, 400, -32700, 'Parse error')
    if (body !== null && !isLegacy(req, body)) return modern(req, res, body)
    const id = header(req, 'mcp-session-id')
    const known = id === undefined ? undefined : sessions.get(id)
    if (known) return known.handleRequest(req, res, body ?? undefined)
    if (id !== undefined) return refuse(res, 404, -32001, 'Session not found')
    if (!isInitializeRequest(body)) return refuse(res, 400, -32000, 'Session ID required')
    await (await openSession()).handleRequest(req, res, body)
  }

  async function openSession(): Promise<NodeStreamableHTTPServerTransport> {
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: createEventStore(),
      retryInterval: 500,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    await createConformanceServer().connect(transport)
    return transport
  }

  const server = createServer((req, res) => void handle(req, res).catch(() => res.destroy()))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function isLegacy(req: IncomingMessage, body: unknown): boolean {
  const found = classifyInboundRequest({
    httpMethod: 'POST',
    protocolVersionHeader: header(req, 'mcp-protocol-version'),
    mcpMethodHeader: header(req, 'mcp-method'),
    body,
  })
  return found.kind === 'legacy'
}

function refuse(res: ServerResponse, status: number, code: number, message: string): void {
  const body = JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(body)
}

function header(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name]
  return typeof value === 'string' ? value : undefined
}
