import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// What nginx's auth_request asks where keys are to be known: the least that such a service does.
const hash = (key: string) => createHash('sha256').update(key).digest('base64')
const known = new Set([hash(process.env.KEY ?? '')])

const server = createServer((req, res) => {
  const key = /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1] ?? ''
  res.writeHead(known.has(hash(key)) ? 204 : 401).end()
})

server.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
)
process.once('SIGTERM', () => process.exit())
