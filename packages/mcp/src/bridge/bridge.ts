import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { BadRequest } from './bad-request.ts'
import { createHolders } from './holders.ts'
import {
  type Id,
  internalError,
  isId,
  isRecord,
  methodNotFound,
  parseError,
  serverError,
} from './json-rpc.ts'
import { createLegacyEndpoint } from './legacy-endpoint.ts'
import { log } from './log.ts'
import { createModernEndpoint } from './modern-endpoint.ts'
import { isModern } from './modern-request.ts'
import type { Options } from './options.ts'
import { readBody } from './read-body.ts'
import { createSseEndpoint } from './sse-endpoint.ts'

/** An HTTP server in front of a command that speaks MCP over stdio; it is not listening yet. */
export function createBridge(options: Options): { server: Server; close(): Promise<void> } {
  const holders = createHolders(options.maxChildren, options.idleMs)
  const legacy = createLegacyEndpoint(options.command, holders)
  const modern = createModernEndpoint(options.command, holders)

  const sse = createSseEndpoint(options.command, options.ssePath, holders)

  async function handle(req: IncomingMessage, res: ServerResponse, keepId: (id: Id) => void) {
    const path = (req.url ?? '/').replace(/\?.*$/, '').replace(/(.)\/$/, '$1')
    if (path === options.ssePath) return await serveSse(req, res)
    if (path !== options.path) throw new BadRequest(404, methodNotFound, 'Not found')
    if (req.method === 'GET') return legacy.get(req, res)
    if (req.method === 'DELETE') return legacy.delete(req, res)
    if (req.method !== 'POST') throw notAllowed(res, 'GET, POST, DELETE')
    const text = await readJsonText(req)
    const body = parse(text)
    if (isRecord(body) && isId(body.id)) keepId(body.id)
    if (isModern(req.headers, body)) await modern.post(req, res, body)
    else await legacy.post(req, res, body, text)
  }

  async function serveSse(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (req.method === 'GET') return await sse.get(res)
    if (req.method !== 'POST') throw notAllowed(res, 'GET, POST')
    const text = await readJsonText(req)
    sse.post(req, res, parse(text), text)
  }

  const server = createServer((req, res) => {
    let id: Id | null = null
    res.on('error', () => {})
    handle(req, res, (known) => {
      id = known
    }).catch((error: unknown) => {
      if (error instanceof BadRequest) return error.send(res, id)
      if (!req.complete) return res.destroy()
      log(`cannot serve a request: ${error instanceof Error ? error.stack : error}`)
      new BadRequest(500, internalError, 'The bridge failed.').send(res, id)
    })
  })
  // Longer than those in front keep a connection, so that they never write to one that is closing.
  server.keepAliveTimeout = 75_000

  return {
    server,
    async close() {
      server.close()
      modern.close()
      await holders.endAll()
      server.closeAllConnections()
    },
  }
}

function notAllowed(res: ServerResponse, methods: string): BadRequest {
  res.setHeader('Allow', methods)
  return new BadRequest(405, serverError, 'Method not allowed.')
}

async function readJsonText(req: IncomingMessage): Promise<string> {
  if (!/^application\/json\b/i.test(req.headers['content-type'] ?? ''))
    throw new BadRequest(
      415,
      -32000,
      'Unsupported Media Type: Content-Type must be application/json.',
    )
  return await readBody(req)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new BadRequest(400, parseError, 'Parse error: Invalid JSON')
  }
}
