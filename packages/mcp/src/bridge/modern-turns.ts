import type { Message } from './json-rpc.ts'
import type { ModernReply } from './modern-reply.ts'
import type { ModernRequest } from './modern-request.ts'
import { toModernAnswer } from './modern-result.ts'
import type { Lease } from './pool.ts'

const maxMissed = 100

/**
 * The client's side of a call that goes on over several of its requests: between two of them nobody
 * waits, and what comes then is kept for the next.
 */
export function clientTurns(
  first: ModernRequest,
  firstReply: ModernReply,
  server: Lease['server'],
) {
  let request = first
  let reply: ModernReply | null = firstReply
  let answer: Message | null = null
  const missed: Message[] = []

  function notify(message: Message): void {
    if (reply === null) {
      if (missed.length < maxMissed) missed.push(message)
      return
    }
    if (message.method !== 'notifications/progress') return void reply.notify(message)
    // The token is the one of the request that the client waits on now.
    const { progressToken } = request.meta
    if (progressToken !== undefined)
      reply.notify({ ...message, params: { ...message.params, progressToken } })
  }

  function settle(): void {
    if (answer === null || reply === null) return
    const { message, status } = toModernAnswer(request, server, answer)
    reply.finish(message, status)
    reply = null
  }

  return {
    isOpen: () => reply !== null,
    notify,
    /** The child's last word about the call. */
    finish(message: Message): void {
      answer = message
      settle()
    },
    /** Ends the client's request with what it is to bring in its next. */
    ask(result: Record<string, unknown>): void {
      reply?.finish({ jsonrpc: '2.0', id: request.id, result })
      reply = null
    },
    begin(next: ModernRequest, nextReply: ModernReply): void {
      request = next
      reply = nextReply
      for (const message of missed.splice(0)) notify(message)
    },
    settle,
  }
}
