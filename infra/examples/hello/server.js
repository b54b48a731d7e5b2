import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { createHello } from './hello.js'

const host = process.env.HOST ?? '127.0.0.1'
const port = Number(process.env.PORT ?? 8000)

/** Speaks both the newest protocol and the older ones. */
const mcp = toNodeHandler(createMcpHandler(createHello))

const listener = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  if (path === '/mcp') return mcp(request, response)
  response.writeHead(404, { 'content-type': 'text/plain' }).end('The MCP endpoint is /mcp.\n')
})

listener.listen(port, host, () => {
  console.log(`hello listens on http://${host}:${port}/mcp`)
})

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    listener.close()
    listener.closeIdleConnections()
    setTimeout(() => process.exit(0), 2000).unref()
  })
}
