import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/** Writes this, byte for byte, and resolves with all that came back until the connection ended. */
export function exchangeRaw(
  port: number,
  text: string | Buffer,
  options: { halfClose?: boolean; ms?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { halfClose = false, ms = 5_000 } = options
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => {
      socket.write(text)
      if (halfClose) socket.end()
    })
    let answer = ''
    socket.setTimeout(ms, () => socket.destroy(new Error(`no end after: ${answer}`)))
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    socket.on('end', () => socket.end())
    socket.on('error', (error) => (answer ? resolve(answer) : reject(error)))
    socket.on('close', () => resolve(answer))
  })
}

/** In the place of an instance, and free to answer what is not HTTP. `reply` is told of each request once. */
export async function startRawUpstream(
  reply: (socket: Socket, request: string) => void,
): Promise<{ port: number; sockets(): number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    socket.on('data', (chunk) => reply(socket, chunk.toString('latin1')))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    sockets: () => sockets.size,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
