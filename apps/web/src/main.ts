import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { clientAddress } from './client-address.ts'
import { prepareNext, readEnv } from './env.ts'
import { stopWith } from './stop-with.ts'

prepareNext()
const { default: next } = await import('next')

/** Runs what `next build` made. Says its address on one line when it listens. */
const { MOORAGE_WEB_HOST: hostname, MOORAGE_WEB_PORT: port } = readEnv()
const app = next({ dev: false, dir: fileURLToPath(new URL('..', import.meta.url)), hostname, port })
await app.prepare()
const handle = app.getRequestHandler()

const server = createServer((request, response) => {
  const peer = request.socket.remoteAddress ?? ''
  // The one address that whatever limits by it reads.
  request.headers['x-forwarded-for'] = clientAddress(peer, request.headers['x-forwarded-for'])
  void handle(request, response)
})
// A log that is being followed stays open for as long as somebody reads it.
server.requestTimeout = 0
server.listen(port, hostname, () => {
  const address = server.address()
  const bound = typeof address === 'object' && address ? address.port : port
  console.log(`web listens on http://${hostname}:${bound}`)
})

stopWith(async () => {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
})
