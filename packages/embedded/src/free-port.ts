import { createServer } from 'node:net'

/**
 * The first port at or after `wanted` that nobody listens on, or any free one for 0. Ports in
 * `taken` are passed over: those promised to someone who does not listen yet.
 */
export async function freePort(
  wanted: number,
  host = '127.0.0.1',
  taken: ReadonlySet<number> = new Set(),
): Promise<number> {
  for (let port = wanted; port <= 65_535; port++) {
    if (taken.has(port)) continue
    const bound = await tryPort(port, host)
    if (bound !== null) return bound
  }
  throw new Error(`No free port from ${wanted} on`)
}

function tryPort(port: number, host: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null)
      else reject(error)
    })
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port))
    })
  })
}
