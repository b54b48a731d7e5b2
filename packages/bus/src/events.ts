import { Redis } from 'ioredis'
import pg from 'pg'
import { z } from 'zod'

/**
 * What is told between processes. Events are wake-ups: each says where to look, Postgres has the
 * truth, and every listener also looks by itself from time to time, so a lost event costs only time.
 */
const platformEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('deployment'), serverId: z.string(), deploymentId: z.string() }),
  z.object({ type: z.literal('cancel'), deploymentId: z.string() }),
  z.object({ type: z.literal('server'), serverId: z.string() }),
  /** `version` is a bigint in decimal. */
  z.object({ type: z.literal('route'), serverId: z.string(), version: z.string() }),
  z.object({ type: z.literal('route-ack'), nodeId: z.string() }),
  /** A request waits for an instance that sleeps. Told again and again until it is awake. */
  z.object({ type: z.literal('wake'), serverId: z.string(), instanceId: z.string() }),
  /** This router has moved or ended a legacy session. */
  z.object({
    type: z.literal('session'),
    serverId: z.string(),
    sessionId: z.string(),
    nodeId: z.string(),
  }),
  /** What a router has counted, by name, in this minute and the one before, and what is under way. */
  z.object({
    type: z.literal('calls'),
    nodeId: z.string(),
    counts: z.record(
      z.string(),
      z.object({ window: z.number(), before: z.number(), now: z.number(), busy: z.number() }),
    ),
  }),
  z.object({ type: z.literal('key'), keyId: z.string() }),
  /** Who they are, in which teams with which role, or which clients they let call a server; a service account too. */
  z.object({ type: z.literal('person'), userId: z.string() }),
  z.object({ type: z.literal('log'), serverId: z.string(), deploymentId: z.string() }),
  z.object({ type: z.literal('request-log'), serverId: z.string() }),
  z.object({ type: z.literal('delivery'), serverId: z.string() }),
  z.object({ type: z.literal('inspection'), inspectionId: z.string(), teamId: z.string() }),
])
export type PlatformEvent = z.infer<typeof platformEventSchema>

export type Events = {
  publish(event: PlatformEvent): Promise<void>
  /** Returns the function that ends the subscription. A handler that throws is the caller's fault. */
  subscribe(handler: (event: PlatformEvent) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

type Connection = {
  send(text: string): Promise<void>
  close(): Promise<void>
}

const channel = 'moorage_events'

/** Postgres LISTEN/NOTIFY, or Redis publish/subscribe where `redisUrl` is given. */
export async function createEvents(options: {
  databaseUrl: string
  redisUrl?: string | undefined
}): Promise<Events> {
  const handlers = new Set<(event: PlatformEvent) => void>()
  const deliver = (text: string) => {
    const parsed = platformEventSchema.safeParse(parseJson(text))
    if (parsed.success) for (const handler of handlers) handler(parsed.data)
  }
  const connection = options.redisUrl
    ? await connectRedis(options.redisUrl, deliver)
    : await connectPostgres(options.databaseUrl, deliver)
  return {
    publish: (event) => connection.send(JSON.stringify(event)),
    subscribe: async (handler) => {
      handlers.add(handler)
      return async () => {
        handlers.delete(handler)
      }
    },
    close: () => connection.close(),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function connectRedis(url: string, deliver: (text: string) => void): Promise<Connection> {
  const publisher = new Redis(url, { maxRetriesPerRequest: 1 })
  const subscriber = publisher.duplicate({ maxRetriesPerRequest: null })
  // ioredis reconnects and subscribes again by itself; without a listener its errors would end us.
  publisher.on('error', () => {})
  subscriber.on('error', () => {})
  subscriber.on('message', (_channel, text) => deliver(text))
  await subscriber.subscribe(channel)
  return {
    send: async (text) => {
      await publisher.publish(channel, text)
    },
    close: async () => {
      publisher.disconnect()
      subscriber.disconnect()
    },
  }
}

async function connectPostgres(url: string, deliver: (text: string) => void): Promise<Connection> {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => {})
  let closed = false
  let listener = await listen()

  async function listen(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, keepAlive: true })
    client.on('notification', (message) => deliver(message.payload ?? ''))
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query(`LISTEN ${channel}`)
    } catch (error) {
      client.end().catch(() => {})
      throw error
    }
    // Not before: an attempt that fails ends too, and is made again by whoever made it.
    client.on('end', () => void reconnect())
    return client
  }

  async function reconnect(): Promise<void> {
    while (!closed) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      try {
        if (!closed) listener = await listen()
        return
      } catch {
        // Postgres is still away; the listeners' own resync covers what is missed meanwhile.
      }
    }
  }

  return {
    send: async (text) => {
      await pool.query('SELECT pg_notify($1, $2)', [channel, text])
    },
    close: async () => {
      closed = true
      await Promise.allSettled([listener.end(), pool.end()])
    },
  }
}
