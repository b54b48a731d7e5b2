import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '@moorage/domain/error'
import { explain } from './explain.ts'
import type { Handshake } from './handshake.ts'
import { type Outcome, type ProbeOptions, tryHandshake } from './probe.ts'

/** A server that answers, but wrongly, gets this long to come to itself. */
const wrongAnswerGraceMs = 15_000
/** Short, because a deployment waits for it; longer where each try costs the server a request. */
const closedPauseMs = 60
const wrongAnswerPauseMs = 500

/**
 * Asks again and again until the handshake succeeds. Throws AppError `handshake_failed` with what
 * was seen last, `start_failed` as soon as the instance is dead, or `canceled`.
 */
export async function waitUntilReady(
  options: ProbeOptions & { isAlive: () => Promise<boolean> },
): Promise<Handshake> {
  const deadline = Date.now() + options.timeoutMs
  let giveUpAt = deadline
  for (;;) {
    if (options.signal.aborted) throw canceled()
    const outcome = await ask(options, deadline - Date.now())
    if ('handshake' in outcome) return outcome.handshake
    if (!(await options.isAlive())) throw died(outcome.error)
    const wrong = outcome.seen.kind === 'answered'
    const pauseMs = wrong ? wrongAnswerPauseMs : closedPauseMs
    giveUpAt = wrong ? Math.min(giveUpAt, Date.now() + wrongAnswerGraceMs) : deadline
    if (Date.now() + pauseMs >= giveUpAt) throw outcome.error
    await pause(pauseMs, options.signal)
  }
}

/** A look at the port first: it costs the server nothing and its log no line. */
async function ask(options: ProbeOptions, leftMs: number): Promise<Outcome> {
  const timeoutMs = Math.max(leftMs, 1)
  const url = new URL(options.url)
  if (await isOpen(url, Math.min(timeoutMs, 2000))) {
    return await tryHandshake({ ...options, timeoutMs })
  }
  const seen = { kind: 'nothing' } as const
  return { seen, error: explain(seen, { url: options.url }) }
}

function isOpen(url: URL, timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const socket = connect({ host, port: Number(url.port || 80), timeout: timeoutMs })
  socket.once('connect', () => resolve(true))
  socket.once('timeout', () => resolve(false))
  socket.once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

async function pause(pauseMs: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(pauseMs, undefined, { signal })
  } catch {
    throw canceled()
  }
}

function died(last: AppError): AppError {
  return new AppError('start_failed', 'The server exited before it answered.', {
    hint: 'Its last log lines say why. It must stay in the foreground and keep listening.',
    cause: last,
  })
}

function canceled(): AppError {
  return new AppError('canceled', 'The handshake was canceled.')
}
