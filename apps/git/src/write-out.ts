import type { ServerResponse } from 'node:http'

/** Resolves when the client has room for more, or is gone: nothing piles up here for a slow reader. */
export function writeOut(response: ServerResponse, chunk: Buffer): Promise<void> | void {
  if (response.destroyed || response.write(chunk)) return
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.once('drain', done)
    response.once('close', done)
  })
}
