import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express from 'express'
import { z } from 'zod'

function createServer() {
  const server = new McpServer({ name: 'sums', version: '1.0.0' })
  const inputSchema = { a: z.number(), b: z.number() }
  server.registerTool('add', { description: 'Add two numbers', inputSchema }, async ({ a, b }) => ({
    content: [{ type: 'text', text: String(a + b) }],
  }))
  return server
}

const app = express()
app.use(express.json())
app.post('/mcp', async (req, res) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
  await createServer().connect(transport)
  await transport.handleRequest(req, res, req.body)
})
app.listen(Number(process.env.PORT ?? 8081))
