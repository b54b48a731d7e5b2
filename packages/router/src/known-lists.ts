import { z } from 'zod'
import type { Exchange } from './exchange.ts'
import type { InstanceEntry } from './table.ts'

/** Lists that instances have answered, for callers that come while they sleep. */
export type KnownLists = {
  /** `body`: an answer of status 200, in JSON. */
  keep(exchange: Exchange, instance: InstanceEntry, path: string, body: string): void
  /** The result that this request may be answered with; null: only the instance itself knows. */
  find(exchange: Exchange, instance: InstanceEntry, path: string): unknown
}

const answerSchema = z.object({
  result: z.looseObject({
    resultType: z.literal('complete').optional(),
    nextCursor: z.undefined().optional(),
    ttlMs: z.number().nonnegative().optional(),
    cacheScope: z.string().optional(),
  }),
})
type Result = z.infer<typeof answerSchema>['result']
type Kept = { result: Result; atMs: number; size: number }

const maxSize = 16 * 1024 * 1024

/**
 * Where a server allows it by `ttlMs` and `cacheScope` (MCP 2026-07-28, caching), or its settings do,
 * which say nothing of whom it is for: then it is for the same principal alone.
 */
export function createKnownLists(): KnownLists {
  const lists = new Map<string, Kept>()
  let size = 0

  function drop(key: string): void {
    size -= lists.get(key)?.size ?? 0
    lists.delete(key)
  }

  function put(key: string, list: Kept): void {
    lists.set(key, list)
    size += list.size
    for (const oldest of lists.keys()) {
      if (size <= maxSize) return
      drop(oldest)
    }
  }

  return {
    keep: (exchange, instance, path, body) => {
      if (!mayBeKept(exchange)) return
      const keys = keysOf(exchange, instance, path)
      for (const key of Object.values(keys)) drop(key)
      const result = readResult(body)
      if (!result || !isAllowed(exchange, result, 0)) return
      const key = result.cacheScope === 'public' ? keys.public : keys.own
      put(key, { result, atMs: performance.now(), size: key.length + body.length })
    },
    find: (exchange, instance, path) => {
      if (!mayBeKept(exchange)) return null
      const keys = keysOf(exchange, instance, path)
      const list = lists.get(keys.own) ?? lists.get(keys.public)
      if (!list) return null
      const { result, atMs } = list
      const ageMs = performance.now() - atMs
      if (!isAllowed(exchange, result, ageMs)) return null
      const { ttlMs } = result
      return ttlMs === undefined
        ? result
        : { ...result, ttlMs: Math.max(0, Math.floor(ttlMs - ageMs)) }
    },
  }
}

/**
 * Not in a session, which may have lists of its own; nor where the server itself tells callers apart; nor
 * of a caller who gets a part of each list, which their rules may change at any moment.
 */
function mayBeKept(exchange: Exchange): boolean {
  const { server, principal, uses, session, endpoint, message } = exchange
  return (
    message?.listKey != null &&
    message.id !== null &&
    !session &&
    !endpoint &&
    principal !== null &&
    uses.length === 0 &&
    server !== undefined &&
    server.access !== 'own_auth' &&
    (server.routing.pauseAfterSeconds !== null || server.routing.stopAfterSeconds !== null)
  )
}

function isAllowed({ server, principal }: Exchange, result: Result, ageMs: number): boolean {
  // Nobody is told from anybody there, so what is for one caller is for none.
  if (principal?.kind === 'anyone' && result.cacheScope !== 'public') return false
  return (result.ttlMs ?? 0) > ageMs || server?.routing.listWhileAsleep === true
}

function keysOf({ principal, req, message }: Exchange, { id }: InstanceEntry, path: string) {
  // The headers belong to the question: where they contradict the body, the server refuses it.
  const { 'mcp-protocol-version': version, 'mcp-method': method } = req.headers
  const asked = JSON.stringify([id, path, version, method, message?.listKey])
  return { public: asked, own: `${principal?.id} ${asked}` }
}

function readResult(body: string): Result | null {
  try {
    return answerSchema.safeParse(JSON.parse(body)).data?.result ?? null
  } catch {
    return null
  }
}
