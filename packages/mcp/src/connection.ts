import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import type { GuardedFetch } from './guarded-fetch.ts'

export type Connection = {
  client: Client
  transport: 'streamable-http' | 'sse'
  /** Ends the session on the server too. Never throws. */
  close: () => Promise<void>
}

export type Target = {
  url: string
  timeoutMs: number
  deadline: AbortSignal
  guarded: GuardedFetch
}

/** A server that lets an unknown method hang gets this long before the older handshake is tried. */
const discoverTimeoutMs = 5000
const goodbyeTimeoutMs = 1000

/** Newest first: discover with its own fallback, then a plain initialize, then HTTP+SSE. */
export async function connect(target: Target): Promise<Connection> {
  try {
    return await connectStreamable(target, 'auto')
  } catch (error) {
    const seen = target.guarded.lastSeen()
    if (target.deadline.aborted || seen.kind === 'refused') throw error
    if (seen.kind !== 'answered') return await connectStreamable(target, 'legacy')
    if (seen.status !== 404 && seen.status !== 405) throw error
    return await connectSse(target).catch(() => {
      // What the POST saw is what the user has to hear of.
      throw error
    })
  }
}

export async function connectStreamable(
  target: Target,
  mode: 'auto' | 'legacy',
): Promise<Connection> {
  const client = newClient(mode)
  const transport = new StreamableHTTPClientTransport(new URL(target.url), {
    fetch: target.guarded.fetch,
    reconnectionOptions: {
      initialReconnectionDelay: 1000,
      maxReconnectionDelay: 1000,
      reconnectionDelayGrowFactor: 1,
      maxRetries: 0,
    },
  })
  const close = async () => {
    if (transport.sessionId !== undefined) await atMost(transport.terminateSession())
    await atMost(client.close())
  }
  return await open({ client, transport: 'streamable-http', close }, transport, target)
}

async function connectSse(target: Target): Promise<Connection> {
  const client = newClient('legacy')
  const transport = new SSEClientTransport(new URL(target.url), { fetch: target.guarded.fetch })
  const close = () => atMost(client.close())
  return await open({ client, transport: 'sse', close }, transport, target)
}

async function open(
  connection: Connection,
  transport: StreamableHTTPClientTransport | SSEClientTransport,
  target: Target,
): Promise<Connection> {
  try {
    const options = { signal: target.deadline, timeout: target.timeoutMs }
    await connection.client.connect(transport, options)
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}

function newClient(mode: 'auto' | 'legacy'): Client {
  const probe = { timeoutMs: discoverTimeoutMs }
  return new Client({ name: 'moorage', version: '1.0.0' }, { versionNegotiation: { mode, probe } })
}

/** Saying goodbye is a courtesy: a server that refuses it or lets it hang changes nothing. */
async function atMost(goodbye: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, goodbyeTimeoutMs)
  await Promise.race([goodbye.catch(() => {}), late.promise])
  clearTimeout(timer)
}
