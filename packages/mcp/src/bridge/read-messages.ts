import { BadRequest } from './bad-request.ts'
import { invalidRequest, isMessage, type Message } from './json-rpc.ts'

/**
 * The messages of a body, and the lines that a child gets for them: over stdio they go one by one.
 * Throws BadRequest.
 */
export function readMessages(
  body: unknown,
  text: string,
): { messages: readonly Message[]; lines: readonly string[]; isBatch: boolean } {
  const isBatch = Array.isArray(body)
  const messages: unknown[] = isBatch ? body : [body]
  if (messages.length === 0 || !messages.every(isMessage))
    throw new BadRequest(400, invalidRequest, 'The body is not a JSON-RPC message.')
  // In valid JSON a line break is only ever white space between tokens: nothing else changes.
  const lines = isBatch
    ? messages.map((one) => JSON.stringify(one))
    : [text.replace(/[\r\n]+/g, ' ')]
  return { messages, lines, isBatch }
}
