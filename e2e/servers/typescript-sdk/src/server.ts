import { randomUUID } from 'node:crypto'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js'
import express, { type Request, type Response } from 'express'
import { createServer } from './tools.js'

const transports = new Map<string, StreamableHTTPServerTransport>()

async function open(): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => {
      transports.set(id, transport)
    },
  })
  transport.onclose = () => {
    if (transport.sessionId) transports.delete(transport.sessionId)
  }
  await createServer().connect(transport)
  return transport
}

async function handle(request: Request, response: Response): Promise<void> {
  const id = request.header('mcp-session-id')
  const known = id === undefined ? undefined : transports.get(id)
  if (known) return known.handleRequest(request, response, request.body)
  if (id === undefined && request.method === 'POST' && isInitializeRequest(request.body)) {
    return (await open()).handleRequest(request, response, request.body)
  }
  response.status(id === undefined ? 400 : 404).json({
    jsonrpc: '2.0',
    error: { code: -32000, message: id === undefined ? 'No session id' : 'Session not found' },
    id: null,
  })
}

const app = express()
app.use(express.json({ limit: '4mb' }))
app.post('/mcp', handle)
app.get('/mcp', handle)
app.delete('/mcp', handle)

const port = Number(process.env.PORT ?? 3000)
const listener = app.listen(port, process.env.HOST ?? '0.0.0.0', () => {
  console.log(`Listening on ${port}`)
})
process.on('SIGTERM', () => {
  listener.close()
  listener.closeAllConnections()
})
