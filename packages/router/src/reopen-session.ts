import { z } from 'zod'
import type { Context } from './context.ts'
import { createEventReader } from './event-stream.ts'
import type { Exchange } from './exchange.ts'
import { forwardedHeaders } from './headers.ts'
import { brokenUpstream, sessionNotFound } from './refusal.ts'
import type { Session } from './sessions.ts'
import type { InstanceEntry } from './table.ts'

const answerSchema = z.object({ result: z.object({ protocolVersion: z.string() }) })
const maxAnswerBytes = 1024 * 1024

/**
 * The client's session, begun anew on another instance with the client's own initialize, so that a
 * client which never handles 404 goes on working. Once for all requests that wait for it. Throws
 * "session not found" where the instance does not agree to the same.
 */
export function reopenSession(
  context: Context,
  exchange: Exchange,
  session: Session,
  instance: InstanceEntry,
): Promise<void> {
  session.reopening ??= reopen(context, exchange, session, instance).finally(() => {
    session.reopening = null
  })
  return session.reopening
}

async function reopen(
  context: Context,
  exchange: Exchange,
  session: Session,
  instance: InstanceEntry,
): Promise<void> {
  context.inFlight.enter(instance.id)
  try {
    const call = (message: unknown, headers: string[]) =>
      post(context, exchange, instance, message, headers)
    const opened = await call(session.initialize, [])
    const spoken = exchange.req.headers['mcp-protocol-version']
    const answer = answerSchema.safeParse(opened.answer)
    const protocol = answer.data?.result.protocolVersion
    if (protocol === undefined || (spoken !== undefined && spoken !== protocol)) {
      context.sessions.remove(session)
      throw sessionNotFound()
    }
    await call({ jsonrpc: '2.0', method: 'notifications/initialized' }, [
      ...['MCP-Protocol-Version', protocol],
      ...(opened.sessionId === null ? [] : ['Mcp-Session-Id', opened.sessionId]),
    ])
    session.former = session.home
    session.home = {
      instanceId: instance.id,
      restarts: instance.restarts,
      upstreamId: opened.sessionId,
    }
    session.dropLastEventId = true
    context.sessions.changed(session)
    context.logger.info(
      { serverId: session.serverId, instanceId: instance.id },
      'Session opened again',
    )
  } finally {
    context.inFlight.leave(instance.id)
  }
}

async function post(
  context: Context,
  exchange: Exchange,
  instance: InstanceEntry,
  message: unknown,
  headers: string[],
): Promise<{ sessionId: string | null; answer: unknown }> {
  const path = context.table.server(instance.serverId)?.mcpPath ?? '/mcp'
  const signal = AbortSignal.timeout(context.limits.reopenMs)
  try {
    const response = await context.upstreams.pool(instance).request({
      method: 'POST',
      path,
      signal,
      headers: [
        ...['Host', instance.hostHeader, 'Content-Type', 'application/json'],
        ...['Accept', 'application/json, text/event-stream'],
        ...forwardedHeaders(exchange.forwarded),
        ...['Moorage-Request-Id', exchange.requestId],
        ...headers,
      ],
      body: JSON.stringify(message),
    })
    const sessionId = response.headers['mcp-session-id']
    return {
      sessionId: typeof sessionId === 'string' ? sessionId : null,
      answer: await readAnswer(response.headers['content-type'], response.body),
    }
  } catch (error) {
    throw brokenUpstream(error)
  }
}

/** The first message with a result, of a JSON body or of a stream of events. */
async function readAnswer(
  type: string | string[] | undefined,
  body: AsyncIterable<Buffer>,
): Promise<unknown> {
  const isEventStream = typeof type === 'string' && type.startsWith('text/event-stream')
  let answer: unknown = null
  const take = (text: string) => {
    const parsed = parseJson(text)
    if (answerSchema.safeParse(parsed).success) answer = parsed
  }
  const readEvents = createEventReader(({ data }) => take(data), maxAnswerBytes)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (isEventStream) readEvents(chunk)
    else chunks.push(chunk)
    if (answer !== null || size > maxAnswerBytes) break
  }
  if (!isEventStream) take(Buffer.concat(chunks).toString('utf8'))
  return answer
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
