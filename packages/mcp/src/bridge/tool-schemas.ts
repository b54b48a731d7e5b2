import { isRecord, type Message } from './json-rpc.ts'
import type { Member } from './member.ts'

const maxPages = 50
const patienceMs = 10_000

/** The input schema of each tool by name; none where the child does not say in time. */
export async function readToolSchemas(member: Member): Promise<Map<unknown, unknown>> {
  const schemas = new Map<unknown, unknown>()
  let cursor: unknown
  for (let page = 0; page < maxPages; page++) {
    const result = await listTools(member, cursor === undefined ? {} : { cursor })
    for (const tool of Array.isArray(result.tools) ? result.tools : [])
      if (isRecord(tool)) schemas.set(tool.name, tool.inputSchema)
    cursor = result.nextCursor
    if (typeof cursor !== 'string') break
  }
  return schemas
}

async function listTools(member: Member, params: Record<string, unknown>) {
  const { promise, resolve } = Promise.withResolvers<Message | null>()
  const call = member.call('tools/list', params, { onAnswer: resolve })
  const timer = setTimeout(resolve, call === null ? 0 : patienceMs, null)
  const answer = await promise
  clearTimeout(timer)
  return isRecord(answer?.result) ? answer.result : {}
}
