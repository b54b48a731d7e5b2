import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express from 'express'
import { createServer } from './server.js'

const app = express()
app.use(express.json())
app.post('/mcp', async (req, res) => {
  const server = createServer()
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
  res.on('close', () => server.close())
  await server.connect(transport)
  await transport.handleRequest(req, res, req.body)
})
app.listen(Number(process.env.PORT ?? 3000))
