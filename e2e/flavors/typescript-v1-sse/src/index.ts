import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import express from 'express'
import { createServer } from './server.js'

const app = express()
const transports = new Map<string, SSEServerTransport>()
app.get('/sse', async (_req, res) => {
  const transport = new SSEServerTransport('/messages', res)
  transports.set(transport.sessionId, transport)
  res.on('close', () => transports.delete(transport.sessionId))
  await createServer().connect(transport)
})
app.post('/messages', async (req, res) => {
  const transport = transports.get(String(req.query.sessionId))
  if (transport) await transport.handlePostMessage(req, res)
  else res.status(400).send('No such session')
})
app.listen(Number(process.env.PORT ?? 3001))
