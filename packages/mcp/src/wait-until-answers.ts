import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@moorage/domain/error'

/** Short, as requests wait for it; a port where nobody listens costs its server nothing. */
const pauseMs = 10
/** Who took the connection and says nothing for so long listens, and has no answer to this question. */
const silentMs = 2_000
const aliveEveryMs = 250

/**
 * For a server that has passed a handshake before: waits until it answers HTTP with anything. Throws
 * AppError `start_failed` where it is dead, `timed_out`, or `canceled`.
 */
export async function waitUntilAnswers(options: {
  url: string
  timeoutMs: number
  signal: AbortSignal
  isAlive: () => Promise<boolean>
}): Promise<void> {
  const { url, timeoutMs, signal, isAlive } = options
  const giveUpAt = Date.now() + timeoutMs
  for (let askAt = Date.now() + aliveEveryMs; !(await answers(url)); ) {
    if (signal.aborted) throw new AppError('canceled', 'Waiting for the server was canceled.')
    if (Date.now() >= giveUpAt)
      throw new AppError('timed_out', `The server did not listen within ${timeoutMs / 1000} s.`)
    if (Date.now() >= askAt) {
      if (!(await isAlive())) throw new AppError('start_failed', 'The server ended as it started.')
      askAt = Date.now() + aliveEveryMs
    }
    await sleep(pauseMs)
  }
}

/** HEAD opens no stream and no session. */
function answers(url: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const asking = request(url, { method: 'HEAD', agent: false, timeout: silentMs })
  asking.once('response', () => resolve(true))
  asking.once('timeout', () => resolve(true))
  asking.once('error', () => resolve(false))
  asking.end()
  return promise.finally(() => asking.destroy())
}
