import { z } from 'zod'
import type { Context } from './context.ts'
import { createEventReader } from './event-stream.ts'
import type { Exchange } from './exchange.ts'
import { pushOwnHeaders } from './headers.ts'
import { brokenUpstream } from './refusal.ts'
import type { InstanceEntry } from './table.ts'

const answerSchema = z.object({
  id: z.union([z.string(), z.number()]),
  result: z.object({ protocolVersion: z.string().optional() }).optional(),
})
type Answer = z.infer<typeof answerSchema>
const maxAnswerBytes = 1024 * 1024

/** The router's own calls to an instance, in the place of the client. */
export type SessionCalls = {
  /** The protocol version that the server agrees to; null where it does not agree. */
  initialize(message: unknown): Promise<string | null>
  /** A message in the session that `initialize` began. The answer to it is waited for. */
  send(message: { id?: string; method: string; params?: object }): Promise<void>
  /** Null where the instance keeps no sessions. */
  sessionId(): string | null
  end(): Promise<void>
}

export function createSessionCalls(
  context: Context,
  exchange: Exchange,
  instance: InstanceEntry,
): SessionCalls {
  const path = context.table.server(instance.serverId)?.mcpPath ?? '/mcp'
  let sessionId: string | null = null
  let own: string[] = []

  async function call(method: 'POST' | 'DELETE', message: unknown): Promise<Answer | null> {
    const signal = AbortSignal.timeout(context.limits.reopenMs)
    const headers = [
      ...['Host', instance.hostHeader, 'Content-Type', 'application/json'],
      ...['Accept', 'application/json, text/event-stream'],
      ...own,
    ]
    const callerHeaders = context.callerSecrets.headersFor(exchange.principal, instance)
    pushOwnHeaders(headers, instance, { ...exchange, callerHeaders })
    try {
      const body = message === null ? null : JSON.stringify(message)
      const pool = context.upstreams.pool(instance)
      const response = await pool.request({ method, path, signal, headers, body })
      const id = response.headers['mcp-session-id']
      if (typeof id === 'string') sessionId = id
      return await readAnswer(response.headers['content-type'], response.body)
    } catch (error) {
      throw brokenUpstream(error)
    }
  }

  return {
    sessionId: () => sessionId,
    initialize: async (message) => {
      const answer = await call('POST', message)
      const protocol = answer?.result?.protocolVersion ?? null
      own = [
        ...(protocol === null ? [] : ['MCP-Protocol-Version', protocol]),
        ...(sessionId === null ? [] : ['Mcp-Session-Id', sessionId]),
      ]
      return protocol
    },
    send: async (message) => void (await call('POST', { jsonrpc: '2.0', ...message })),
    end: async () => {
      if (sessionId !== null) await call('DELETE', null)
    },
  }
}

/** The first answer in a JSON body or in a stream of events; null where there is none. */
async function readAnswer(
  type: string | string[] | undefined,
  body: AsyncIterable<Buffer>,
): Promise<Answer | null> {
  const isEventStream = typeof type === 'string' && type.startsWith('text/event-stream')
  let answer: Answer | null = null
  const take = (text: string) => {
    answer ??= answerSchema.safeParse(parseJson(text)).data ?? null
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
