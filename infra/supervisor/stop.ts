import type { Log } from './log.ts'

export type Stop = {
  /** Aborted when we are first asked to stop. */
  signal: AbortSignal
  /** Settles then. */
  asked: Promise<void>
  /** Aborted when we are asked again: end at once. */
  hurry: AbortSignal
}

/** npm passes on a Ctrl-C that the terminal sent us as well: both together are one. */
const sameKeyMs = 700

/** Ctrl-C, a signal, the terminal or whoever started us going away: all ask us to stop. */
export function createStop(log: Log): Stop {
  const first = new AbortController()
  const second = new AbortController()
  const asked = Promise.withResolvers<void>()
  let askedAt = 0
  const ask = () => {
    if (!first.signal.aborted) {
      askedAt = Date.now()
      log.say('\nStopping. Once more to stop at once.')
      first.abort(new Error('Stopped'))
      asked.resolve()
    } else if (Date.now() - askedAt > sameKeyMs) {
      second.abort()
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, ask)
  if (process.connected) process.on('disconnect', ask)
  return { signal: first.signal, asked: asked.promise, hurry: second.signal }
}
