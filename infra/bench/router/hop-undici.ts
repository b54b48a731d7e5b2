import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'

// The barest hop that Node can be: nothing is looked at, nothing is changed but what a hop must.
const pool = new Pool(`http://127.0.0.1:${process.env.UPSTREAM_PORT}`, { pipelining: 1 })
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'host',
])

const server = createServer((req, res) => {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.on('end', () => {
    const [first] = chunks
    const body = chunks.length === 1 && first ? first : Buffer.concat(chunks)
    const options = {
      method: req.method ?? 'GET',
      path: req.url ?? '/',
      headers: kept(req.rawHeaders),
      body: body.length > 0 ? body : null,
    }
    pool.dispatch(options, {
      onRequestStart: () => {},
      onResponseStart: (controller, status) => {
        const raw = Array.isArray(controller.rawHeaders) ? controller.rawHeaders : []
        res.writeHead(status, kept(raw.map((part) => part.toString('latin1'))))
      },
      onResponseData: (_controller, chunk) => void res.write(chunk),
      onResponseEnd: () => void res.end(),
      onResponseError: () => void res.destroy(),
    })
  })
})

function kept(flat: string[]): string[] {
  const list: string[] = []
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [name = '', value = ''] = [flat[i], flat[i + 1]]
    if (!hopByHop.has(name.toLowerCase())) list.push(name, value)
  }
  return list
}

server.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
)
process.once('SIGTERM', () => process.exit())
