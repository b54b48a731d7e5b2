import type { Server } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { ClientResponse, QuickFront } from './quick-front.ts'
import { Roster } from './roster.ts'
import type { Patience } from './router.ts'

export type Listener = {
  /** An answer is under way. */
  begin(res: ClientResponse): void
  /** Resolves with the port that it got. */
  listen(at: { host: string; port: number }): Promise<number>
  /**
   * Takes no new connection, and ends the others as soon as nothing is being answered on them, or
   * after `graceMs`. `endStreams` ends, again and again, what would else go on for good.
   *
   * For `lingerMs` an idle connection stays: a request may be on its way on it, which would be lost.
   * The answer to that says that the connection closes, and the next comes on another one.
   */
  stop(front: QuickFront | null, patience: Patience, endStreams: () => void): Promise<void>
}

const tickMs = 50

export function createListener(server: Server): Listener {
  const answers = new Roster<ClientResponse>()
  let stopping = false

  function stopped(): Promise<void> {
    stopping = true
    for (const res of answers) res.shouldKeepAlive = false
    // Not http's own close(), which cuts idle connections at once.
    return new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve()))
  }

  return {
    begin: (res) => {
      if (stopping) res.shouldKeepAlive = false
      const slot = answers.add(res)
      res.once('close', () => answers.remove(slot))
    },
    listen: (at) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(at.port, at.host, () => {
          server.off('error', reject)
          const address = server.address()
          resolve(typeof address === 'object' && address ? address.port : at.port)
        })
      }),
    stop: async (front, patience, endStreams) => {
      if (!server.listening) return
      const begunMs = Date.now()
      const closed = stopped()
      const timer = setInterval(() => {
        endStreams()
        const passedMs = Date.now() - begunMs
        if (passedMs < patience.lingerMs) return
        // A connection that never sent a request is not idle to Node: it may be about to send one.
        if (answers.size === 0 || passedMs > patience.graceMs) {
          server.closeAllConnections()
          front?.closeAll()
        } else {
          server.closeIdleConnections()
          front?.closeIdle()
        }
      }, tickMs)
      await closed
      clearInterval(timer)
      // Lets go of what http itself runs beside its connections.
      server.close()
    },
  }
}
