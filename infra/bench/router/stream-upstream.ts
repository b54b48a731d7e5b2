import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// Streams that stay open and say nothing, or as much as can be at /flood.
const block = Buffer.alloc(64 * 1024, `data: ${'x'.repeat(1_000)}\n\n`)
const server = createServer((req, res) => {
  res.writeHead(200, { 'Content-Type': 'text/event-stream' })
  res.write(': open\n\n')
  if (!req.url?.startsWith('/flood')) return
  const pour = () => {
    while (!res.destroyed && res.write(block));
  }
  res.on('drain', pour)
  pour()
})
server.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
)
process.once('SIGTERM', () => process.exit())
