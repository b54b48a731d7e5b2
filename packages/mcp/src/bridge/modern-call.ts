import { canonicalJson } from './canonical-json.ts'
import { errorResponse, internalError, isRecord, type Message, type Request } from './json-rpc.ts'
import { missingCapability } from './missing-capability.ts'
import type { ModernReply } from './modern-reply.ts'
import { isAskable, logLevels, type ModernRequest } from './modern-request.ts'
import { clientTurns } from './modern-turns.ts'
import type { Lease } from './pool.ts'

/** A call to a child that goes on over several requests of its client ("Multi Round-Trip Requests"). */
export type ModernCall = {
  /** The retry of the same request by the same principal. */
  isFor(request: ModernRequest): boolean
  /** Goes on with what the client brings. */
  resume(request: ModernRequest, reply: ModernReply): void
  /** The client closed the request that it waited on. */
  cancel(reason: string): void
}

const unreadMessage = 'The server does not read what it is sent.'
/** What a child asks at once is asked of the client at once. */
const gatherMs = 10

/** `suspend`: keeps the call until its client is back, and gives it a name that cannot be guessed. */
export function startModernCall(
  first: ModernRequest,
  firstReply: ModernReply,
  lease: Lease,
  suspend: (call: ModernCall) => string,
): ModernCall {
  const { member, server } = lease
  const client = clientTurns(first, firstReply, server)
  const asks = new Map<string, Request>()
  let gathering: NodeJS.Timeout | undefined
  let count = 0

  function onAnswer(message: Message): void {
    clearTimeout(gathering)
    lease.release()
    client.finish(message)
  }

  function onLog(message: Message): void {
    const isSevere = (level: unknown) =>
      logLevels.indexOf(level) >= logLevels.indexOf(first.logLevel)
    if (isSevere(message.params?.level)) client.notify(message)
  }

  function onAsk(ask: Request): void {
    const missing = missingCapability(ask, first.capabilities)
    if (missing) {
      member.reply(errorResponse(ask.id, internalError, 'The client has no such capability.'))
      if (callId !== null) member.cancel(callId, 'The client lacks a capability.')
      return void onAnswer(errorResponse(null, missing.code, missing.message, missing.data))
    }
    asks.set(`input-${++count}`, ask)
    if (client.isOpen()) gather()
  }

  function gather(): void {
    clearTimeout(gathering)
    gathering = setTimeout(askClient, gatherMs)
  }

  function askClient(): void {
    const inputRequests = Object.fromEntries(
      [...asks].map(([key, { method, params }]) => [
        key,
        { method, ...(params ? { params } : {}) },
      ]),
    )
    client.ask({ resultType: 'input_required', inputRequests, requestState: suspend(call) })
  }

  /** The client brings what it was asked for; what it leaves out it is asked again. */
  function answerAsks(responses: unknown): void {
    for (const [key, result] of Object.entries(isRecord(responses) ? responses : {})) {
      const ask = asks.get(key)
      if (ask === undefined || !isRecord(result)) continue
      asks.delete(key)
      member.reply({ jsonrpc: '2.0', id: ask.id, result })
    }
    if (asks.size > 0) gather()
  }

  const call: ModernCall = {
    isFor: (other) => other.principal === first.principal && sameParams(other, first),
    resume(next, nextReply) {
      client.begin(next, nextReply)
      answerAsks(next.inputResponses)
      client.settle()
    },
    cancel(reason) {
      clearTimeout(gathering)
      for (const { id } of asks.values()) member.reply(errorResponse(id, internalError, reason))
      if (callId !== null) member.cancel(callId, reason)
      if (isAskable(first)) lease.retire('Its caller left while it could still ask.')
      else lease.release()
    },
  }

  if (first.logLevel !== undefined && server.capabilities.logging !== undefined)
    member.call('logging/setLevel', { level: first.logLevel }, { onAnswer: () => {} })
  const callId = member.call(
    first.method,
    { ...first.params, _meta: first.meta },
    {
      onAnswer,
      ...(isAskable(first) ? { onAsk } : {}),
      ...(first.meta.progressToken === undefined ? {} : { onProgress: client.notify }),
      ...(first.logLevel === undefined ? {} : { onLog }),
    },
  )
  if (callId === null) onAnswer(errorResponse(null, internalError, unreadMessage))
  return call
}

function sameParams(a: ModernRequest, b: ModernRequest): boolean {
  return canonicalJson([a.method, a.params]) === canonicalJson([b.method, b.params])
}
