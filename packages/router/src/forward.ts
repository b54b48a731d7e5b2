import { callScope, guardedScope } from '@moorage/access/oauth-scopes'
import { AppError } from '@moorage/domain/error'
import { isGuarded } from '@moorage/domain/routing'
import { answerAsleep } from './answer-asleep.ts'
import { answerRefusal } from './answer-refusal.ts'
import { askCaller } from './ask-caller.ts'
import { admitCalls, callsIn } from './call-limits.ts'
import { chooseTarget } from './choose-target.ts'
import type { Context } from './context.ts'
import { dispatch, type Failure } from './dispatch.ts'
import { findEndpoint } from './endpoints.ts'
import type { Exchange } from './exchange.ts'
import { endIdleStreams } from './housekeeping.ts'
import { knownOrStored } from './known-or-stored.ts'
import { upstreamPath } from './match.ts'
import { newPayload } from './payload.ts'
import { brokenUpstream, insufficientScope, sessionNotFound } from './refusal.ts'
import { readsOneWay, refuseUse } from './refuse-use.ts'
import { type RequestBody, readRequestBody } from './request-body.ts'
import { isRepeatable, readRpcMessage } from './rpc-message.ts'
import { endpointPrefix } from './sessions.ts'
import type { InstanceEntry, ServerEntry } from './table.ts'

/** Postgres that does not answer at all holds nobody up for longer. */
const refreshMs = 5_000

/** From an allowed request to its answer: body, session, instance, and a second try where that is safe. */
export async function forward(
  context: Context,
  exchange: Exchange,
  server: ServerEntry,
  rest: string,
): Promise<void> {
  const path = upstreamPath(rest, server.mcpPath)
  // Nothing is waited for that is known already: each wait costs a call half a microsecond.
  if (path !== server.mcpPath && exchange.req.method === 'POST')
    exchange.endpoint = await findEndpoint(context, exchange, server, path)
  if (path === rest && !exchange.endpoint) checkRemotePath(server, path)
  const sessionId = exchange.req.headers['mcp-session-id']
  if (typeof sessionId === 'string') await findSession(context, exchange, server, sessionId)
  const read = readRequestBody(exchange, context.limits)
  const body = read instanceof Promise ? await read : read
  readMessage(context, exchange, body)
  if (server.routing.keepPayloads)
    exchange.payload = newPayload(body.kind === 'held' ? body.bytes : null)
  if (exchange.uses.length > 0) {
    const refusal = refuseUse(exchange, { server, path, body })
    if (refusal !== null) return answerRefusal(context, exchange, refusal)
  }
  checkScope(exchange, server, body)
  if (server.callerSecrets.length > 0) {
    const answer = askCaller(context, exchange, { server, body })
    if (answer !== null) return answerRefusal(context, exchange, answer)
  }
  admit(context, exchange, server)
  noteLegacyRequest(exchange)
  if (answerAsleep(context, exchange, server, path)) return
  const failure = await attempt(context, exchange, { server, path, body, avoid: null })
  if (!failure) return
  if (!maySendAgain(exchange, body, failure)) throw cause(failure)
  // An instance that was replaced: what we know may be older than what is.
  await Promise.race([context.sync.refresh(server.id), delay(refreshMs)])
  const now = context.table.server(server.id) ?? server
  // A connection that broke off is no reason to give up the session that lives there.
  const avoid = exchange.session && failure.wasSent ? null : exchange.instance
  const again = await attempt(context, exchange, { server: now, path, body, avoid })
  if (again) throw cause(again)
}

/** What cannot be read, and a batch, may hold a call of any tool. */
function checkScope(exchange: Exchange, { routing }: ServerEntry, body: RequestBody): void {
  const { principal, req, message } = exchange
  if (routing.guardedTools.length === 0 || principal?.kind !== 'person') return
  if (principal.token.mayCallGuarded || req.method !== 'POST') return
  const tool = message?.isBatch ? null : message?.target
  const isHarmless =
    callsIn(req.method, message) === 0 || (typeof tool === 'string' && !isGuarded(routing, tool))
  if (isHarmless && readsOneWay(exchange, body)) return
  throw insufficientScope([callScope, guardedScope])
}

function admit({ counts }: Context, exchange: Exchange, server: ServerEntry): void {
  const { principal, req, message, forwarded } = exchange
  if (!principal) return
  const calls = callsIn(req.method, message)
  exchange.endCalls = admitCalls(counts, { server, principal, address: forwarded.address }, calls)
}

/** Of a server elsewhere nothing but MCP is passed on: our credentials there are good for more. */
function checkRemotePath(server: ServerEntry, path: string): void {
  const isRemote = server.instances.some((instance) => instance.current && instance.remote)
  if (!isRemote || path === server.mcpPath) return
  throw new AppError('not_found', 'There is nothing at this path.', {
    hint: `The server answers at /mcp.`,
  })
}

const nothing = () => {}

async function attempt(
  context: Context,
  exchange: Exchange,
  to: { server: ServerEntry; path: string; body: RequestBody; avoid: InstanceEntry | null },
): Promise<Failure | null> {
  const chosen = chooseTarget(context, exchange, to)
  const target = chosen instanceof Promise ? await chosen : chosen
  const { instance } = target
  exchange.instance = instance
  const leaveSession = enterSession(exchange, instance)
  try {
    return await dispatch(context, exchange, { ...to, target })
  } finally {
    leaveSession()
    context.inFlight.leave(instance.id)
    if (!context.table.instance(instance.id)?.current) endIdleStreams(context)
  }
}

/** Counts what is under way for the session there, which is more than its stream for notifications. */
function enterSession({ session, req }: Exchange, { id }: InstanceEntry): () => void {
  if (!session || req.method === 'GET') return nothing
  const { inFlight } = session
  inFlight.set(id, (inFlight.get(id) ?? 0) + 1)
  return () => {
    const left = (inFlight.get(id) ?? 0) - 1
    if (left > 0) inFlight.set(id, left)
    else inFlight.delete(id)
  }
}

function readMessage({ limits }: Context, exchange: Exchange, body: RequestBody): void {
  // An answer to a question of the server's may be long, and has to be known as one.
  const mayBeAnswer = (exchange.session?.asked.size ?? 0) > 0
  if (body.kind === 'held' && (mayBeAnswer || body.bytes.length <= limits.peekBytes))
    exchange.message = readRpcMessage(body.bytes)
}

/** A request that names a session gets that session, of its own principal, or 404. */
async function findSession(
  context: Context,
  exchange: Exchange,
  server: ServerEntry,
  id: string,
): Promise<void> {
  if (exchange.principal === null) return
  if (id.startsWith(endpointPrefix)) throw sessionNotFound()
  const session = await knownOrStored(context, server.id, id)
  if (session?.principalId !== exchange.principal.id) throw sessionNotFound()
  context.sessions.touch(session)
  exchange.session = session
}

/** What is beyond is answered as well; it only holds up no drain. */
const maxPending = 1_000
const longestId = 256

/** In the HTTP+SSE transport the answer to this request comes on another stream. */
function noteLegacyRequest({ endpoint, message }: Exchange): void {
  const id = message?.id ?? null
  const pending = endpoint?.pending
  if (id === null || !message?.method || !pending) return
  if (pending.size < maxPending && String(id).length <= longestId) pending.add(id)
}

function maySendAgain(exchange: Exchange, body: RequestBody, { error, wasSent }: Failure): boolean {
  if (exchange.isOver || body.kind === 'stream' || error instanceof AppError) return false
  return !wasSent || isRepeatable(exchange.req.method ?? '', exchange.message)
}

function cause({ error }: Failure): AppError {
  return error instanceof AppError ? error : brokenUpstream(error)
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
