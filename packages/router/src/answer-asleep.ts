import { answerJson } from './answer.ts'
import { whoSleeps } from './choose-target.ts'
import type { Context } from './context.ts'
import type { Exchange } from './exchange.ts'
import type { ServerEntry } from './table.ts'

/** Answers a list that is known, while the server wakes for what comes next. False: it has to be awake. */
export function answerAsleep(
  { knownLists, waker, logger }: Context,
  exchange: Exchange,
  server: ServerEntry,
  path: string,
): boolean {
  const { message } = exchange
  if (message?.listKey == null) return false
  const asleep = whoSleeps(exchange, server)
  const result = asleep && knownLists.find(exchange, asleep, path)
  if (!asleep || !result) return false
  waker
    .wake(asleep)
    .catch((error: unknown) => logger.info({ error, serverId: server.id }, 'It did not wake up'))
  answerJson(exchange, { jsonrpc: '2.0', id: message.id, result })
  return true
}
