import { setTimeout as sleep } from 'node:timers/promises'
import { inputRequired, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { canceled } from './legacy-server.ts'

/** One request's server: from 2026-07-28 on, and before that without sessions. */
export function createModernServer(name: string): McpServer {
  const server = new McpServer(
    { name, version: '1.0.0' },
    { capabilities: { tools: { listChanged: true } } },
  )
  server.registerTool(
    'echo',
    { description: 'Says it again', inputSchema: z.object({ text: z.string() }) },
    async ({ text }) => said(`${name}: ${text}`),
  )
  const none = z.object({})
  server.registerTool('ask', { description: 'Asks the model', inputSchema: none }, (_args, ctx) => {
    const answer = ctx.mcpReq.inputResponses?.well
    if (answer)
      return said(`${name}: ${z.object({ content: textSchema }).parse(answer).content.text}`)
    const well = inputRequired.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: 'well?' } }],
      maxTokens: 10,
    })
    return inputRequired({ inputRequests: { well } })
  })
  server.registerTool(
    'count',
    { description: 'Reports as it goes', inputSchema: none },
    async (_args, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken
      for (let progress = 1; progress <= 3 && progressToken !== undefined; progress += 1) {
        const params = { progressToken, progress, total: 3 }
        await mcpReq.notify({ method: 'notifications/progress', params })
        await sleep(20)
      }
      return said('counted')
    },
  )
  server.registerTool(
    'wait',
    { description: 'Says nothing for long', inputSchema: none },
    async (_args, { mcpReq: { signal } }) => {
      await sleep(30_000, undefined, { signal }).catch(() => {
        canceled.set(name, (canceled.get(name) ?? 0) + 1)
      })
      return said('waited')
    },
  )
  return server
}

const textSchema = z.object({ text: z.string() })

function said(text: string) {
  return { content: [{ type: 'text' as const, text }] }
}
