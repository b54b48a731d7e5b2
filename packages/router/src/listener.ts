import type { Server, ServerResponse } from 'node:http'

export type Listener = {
  /** Resolves with the port that it got. */
  listen(at: { host: string; port: number }): Promise<number>
  /**
   * Takes no new connection, and ends the others as soon as nothing is being answered on them, or
   * after `graceMs`. `endStreams` ends, again and again, what would else go on for good.
   */
  stop(graceMs: number, endStreams: () => void): Promise<void>
}

const tickMs = 50

export function createListener(server: Server): Listener {
  const answers = new Set<ServerResponse>()
  let stopping = false
  server.on('request', (_req, res) => {
    if (stopping) res.shouldKeepAlive = false
    answers.add(res)
    res.once('close', () => answers.delete(res))
  })

  function stopped(): Promise<void> {
    stopping = true
    for (const res of answers) res.shouldKeepAlive = false
    return new Promise((resolve) => server.close(() => resolve()))
  }

  return {
    listen: (at) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(at.port, at.host, () => {
          server.off('error', reject)
          const address = server.address()
          resolve(typeof address === 'object' && address ? address.port : at.port)
        })
      }),
    stop: async (graceMs, endStreams) => {
      if (!server.listening) return
      const closed = stopped()
      const endMs = Date.now() + graceMs
      const timer = setInterval(() => {
        endStreams()
        // A connection that never sent a request is not idle to Node: it may be about to send one.
        if (answers.size === 0 || Date.now() > endMs) server.closeAllConnections()
        else server.closeIdleConnections()
      }, tickMs)
      await closed
      clearInterval(timer)
    },
  }
}
