import { answerAccepted, answerJson } from './answer.ts'
import type { Context } from './context.ts'
import type { Exchange } from './exchange.ts'
import type { Session } from './sessions.ts'

/**
 * A JSON-RPC refusal, or one for each request of a batch. Over HTTP+SSE (2024-11-05) it goes where
 * answers do, on the stream: a POST that is refused is the end of the session to some clients. So
 * that is done only where another router holds the stream, or it stands in the middle of an event.
 */
export function answerRefusal(context: Context, exchange: Exchange, refusal: object): void {
  const { endpoint } = exchange
  if (endpoint === null) answerJson(exchange, refusal)
  else if (putOnStream(context, endpoint, [refusal].flat())) answerAccepted(exchange)
  else answerJson(exchange, refusal, 400)
}

function putOnStream({ inFlight }: Context, { pending }: Session, messages: object[]): boolean {
  const events = messages.map((one) => `event: message\ndata: ${JSON.stringify(one)}\n\n`)
  const bytes = Buffer.from(events.join(''))
  for (const { endpoint, put } of inFlight.all())
    if (endpoint?.pending === pending && put(bytes)) return true
  return false
}
