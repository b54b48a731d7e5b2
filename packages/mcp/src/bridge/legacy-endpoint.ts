import type { IncomingMessage, ServerResponse } from 'node:http'
import { BadRequest } from './bad-request.ts'
import type { Holders } from './holders.ts'
import { invalidRequest, isRequest, type Message, serverError } from './json-rpc.ts'
import { type Incoming, type LegacySession, startLegacySession } from './legacy-session.ts'
import { readMessages } from './read-messages.ts'

const revisions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']

/** Streamable HTTP with sessions, 2025-03-26 to 2025-11-25. Its functions throw BadRequest. */
export function createLegacyEndpoint(command: readonly [string, ...string[]], holders: Holders) {
  const sessions = new Map<string, LegacySession>()

  async function post(req: IncomingMessage, res: ServerResponse, body: unknown, text: string) {
    const incoming = toIncoming(req, body, text)
    const session = isInitialize(incoming) ? await open(res) : find(req)
    if (incoming.isBatch && (session.protocolVersion() ?? '') > '2025-03-26')
      throw new BadRequest(400, invalidRequest, 'Batches ended with revision 2025-03-26.')
    if (incoming.messages.some((message) => isRequest(message) && session.isOpen(message)))
      throw new BadRequest(400, invalidRequest, 'A request with this id is still open.')
    if (!session.post(incoming, res))
      throw new BadRequest(503, serverError, 'The server does not read what it is sent.')
  }

  async function open(res: ServerResponse): Promise<LegacySession> {
    if (!(await holders.admit()))
      throw new BadRequest(503, serverError, holders.capMessage, { retryAfterSeconds: 5 })
    const session = startLegacySession(command, (gone) => {
      sessions.delete(gone.id)
      holders.release(gone)
    })
    sessions.set(session.id, session)
    holders.add(session)
    res.setHeader('Mcp-Session-Id', session.id)
    res.on('close', () => {
      if (!res.writableFinished) void session.end('The client left before it had its session.')
    })
    return session
  }

  function find(req: IncomingMessage): LegacySession {
    const id = req.headers['mcp-session-id']
    if (id === undefined)
      throw new BadRequest(400, serverError, 'Bad Request: the header Mcp-Session-Id is missing.')
    const session = sessions.get(String(id))
    if (!session) throw new BadRequest(404, -32001, 'Session not found')
    const version = req.headers['mcp-protocol-version']
    if (
      version !== undefined &&
      version !== session.protocolVersion() &&
      !revisions.includes(String(version))
    )
      throw new BadRequest(
        400,
        serverError,
        `Bad Request: Unsupported protocol version (supported versions: ${revisions.join(', ')})`,
      )
    return session
  }

  return {
    post,
    get(req: IncomingMessage, res: ServerResponse): void {
      const session = find(req)
      if (!accepts(req).stream)
        throw new BadRequest(
          406,
          serverError,
          'Not Acceptable: the client must accept text/event-stream.',
        )
      const last = req.headers['last-event-id']
      if (!session.listen(res, last === undefined ? undefined : String(last)))
        throw new BadRequest(400, serverError, 'The event of Last-Event-ID is not known any more.')
    },
    delete(req: IncomingMessage, res: ServerResponse): void {
      const session = find(req)
      sessions.delete(session.id)
      void session.end('The client ended the session.')
      res.writeHead(200).end()
    },
  }
}

function toIncoming(req: IncomingMessage, body: unknown, text: string): Incoming {
  const accepted = accepts(req)
  if (!accepted.json && !accepted.stream)
    throw new BadRequest(
      406,
      serverError,
      'Not Acceptable: the client must accept application/json and text/event-stream.',
    )
  return { ...readMessages(body, text), accepts: accepted }
}

function isInitialize({ messages }: Incoming): boolean {
  const isIt = (message: Message) => message.method === 'initialize' && isRequest(message)
  if (messages.length > 1 && messages.some(isIt))
    throw new BadRequest(400, invalidRequest, 'Only one initialize request is allowed.')
  return messages.some(isIt)
}

function accepts({ headers }: IncomingMessage): { json: boolean; stream: boolean } {
  const accept = headers.accept ?? '*/*'
  const all = accept.includes('*/*')
  return {
    json: all || accept.includes('application/json'),
    stream: all || accept.includes('text/event-stream'),
  }
}
