import { createServer as createHttpServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { createServer } from './server.js'

const handler = createMcpHandler(() => createServer())
const node = toNodeHandler(handler)
createHttpServer((req, res) => {
  if (req.url === '/mcp') return void node(req, res)
  res.writeHead(404).end()
}).listen(Number(process.env.PORT ?? 3000))
