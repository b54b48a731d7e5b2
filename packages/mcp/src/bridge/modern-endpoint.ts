import type { IncomingMessage, ServerResponse } from 'node:http'
import { BadRequest } from './bad-request.ts'
import type { Holders } from './holders.ts'
import { invalidRequest, isRequest, type Message, methodNotFound } from './json-rpc.ts'
import { openListenStream } from './listen.ts'
import { createListeners } from './listeners.ts'
import { checkParamHeaders } from './mcp-headers.ts'
import { type ModernCall, startModernCall } from './modern-call.ts'
import { createModernReply } from './modern-reply.ts'
import { isAskable, type ModernRequest, readModernRequest } from './modern-request.ts'
import { discover, toModernAnswer } from './modern-result.ts'
import { createPool, type Lease } from './pool.ts'
import { respond } from './respond.ts'
import { createSuspendedCalls } from './suspended-calls.ts'

/** What 2026-07-28 has no more. */
const gone = [
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
]
const maxListeners = 256

/** Streamable HTTP without sessions, from 2026-07-28 on, in front of children that know nothing of it. */
export function createModernEndpoint(command: readonly [string, ...string[]], holders: Holders) {
  const listeners = createListeners()
  const pool = createPool(command, holders, listeners)
  const suspended = createSuspendedCalls()

  async function listen(request: ModernRequest, res: ServerResponse): Promise<void> {
    if (listeners.count() >= maxListeners)
      throw new BadRequest(503, invalidRequest, `More than ${maxListeners} streams listen.`)
    const { server } = await pool.acquire(request, false)
    if (res.closed) return
    const members = () => pool.members(request.principal)
    const listener = openListenStream(request, server, res, (closed) =>
      listeners.delete(closed, members()),
    )
    listeners.add(listener, members())
  }

  async function call(
    request: ModernRequest,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    const { capabilities, logLevel } = request
    const canAsk = ['sampling', 'elicitation', 'roots'].some((key) => key in capabilities)
    const isAlone = isAskable(request) && (canAsk || logLevel !== undefined)
    const lease = await pool.acquire(request, isAlone)
    try {
      await checkArguments(request, req, lease)
    } catch (error) {
      lease.release()
      throw error
    }
    if (res.closed) return lease.release()
    let started: ModernCall | null = null
    const reply = createModernReply(res, () => started?.cancel('The client closed its request.'))
    started = startModernCall(request, reply, lease, suspended.add)
  }

  function resume(request: ModernRequest, res: ServerResponse): void {
    const found = suspended.take(request)
    const reply = createModernReply(res, () => found.cancel('The client closed its request.'))
    found.resume(request, reply)
  }

  return {
    /** Throws BadRequest. */
    async post(req: IncomingMessage, res: ServerResponse, message: Message): Promise<void> {
      // No notification of a client's is defined for this transport any more.
      if (!isRequest(message)) return void res.writeHead(202).end()
      const request = readModernRequest(req.headers, message)
      if (gone.includes(request.method))
        throw new BadRequest(404, methodNotFound, `Method not found: ${request.method}`)
      if (request.method === 'subscriptions/listen') return await listen(request, res)
      if (request.requestState !== undefined) return resume(request, res)
      if (request.method !== 'server/discover') return await call(request, req, res)
      const { server } = await pool.acquire(request, false)
      const answer = toModernAnswer(request, server, { jsonrpc: '2.0', result: discover(server) })
      respond(res, answer.status, JSON.stringify(answer.message))
    },
    close: listeners.endAll,
  }
}

async function checkArguments(request: ModernRequest, req: IncomingMessage, lease: Lease) {
  if (request.method !== 'tools/call') return
  const schema = (await lease.toolSchemas()).get(request.params.name)
  checkParamHeaders(req.headers, schema, request.params.arguments)
}
