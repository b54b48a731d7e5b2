import { connect, createServer, type Server } from 'node:net'

/** A port of 127.0.0.1, or a socket's path, which networks do not keep apart. */
export type End = number | string

const to = (end: End) =>
  typeof end === 'number' ? { host: '127.0.0.1', port: end } : { path: end }

/** Passes on what is sent to one end to the other. */
export function relay(from: End, onto: End): Promise<Server> {
  const server = createServer((socket) => {
    const other = connect(to(onto))
    socket.pipe(other).pipe(socket)
    socket.on('error', () => other.destroy())
    other.on('error', () => socket.destroy())
  })
  return new Promise((resolve) => server.listen(to(from), () => resolve(server)))
}

// Where it runs by itself, in another network.
const [, file, path, port] = process.argv
if (file === import.meta.filename && path && port) await relay(Number(port), path)
