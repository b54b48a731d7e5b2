import { Agent, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProxyServer } from 'http-proxy-3'

const proxy = createProxyServer({
  target: `http://127.0.0.1:${process.env.UPSTREAM_PORT}`,
  agent: new Agent({ keepAlive: true, maxSockets: 256 }),
})
proxy.on('error', (error) => console.error(error))
const server = createServer((req, res) => proxy.web(req, res))
server.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
)
process.once('SIGTERM', () => process.exit())
