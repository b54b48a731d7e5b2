import { setTimeout as wait } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'

export function createServer(): McpServer {
  const server = new McpServer(
    { name: 'typescript-sdk', version: '1.0.0' },
    { instructions: 'Adds numbers, and counts with progress.' },
  )
  server.registerTool(
    'add',
    { description: 'Add two numbers.', inputSchema: { a: z.number(), b: z.number() } },
    async ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }),
  )
  server.registerTool(
    'count',
    {
      description: 'Count up to a number and report progress on the way.',
      inputSchema: {
        to: z.number().int().min(1).max(100),
        delayMs: z.number().int().min(0).max(5000).default(50),
      },
    },
    async ({ to, delayMs }, extra) => {
      const progressToken = extra._meta?.progressToken
      for (let progress = 1; progress <= to; progress += 1) {
        await wait(delayMs, undefined, { signal: extra.signal })
        if (progressToken === undefined) continue
        await extra.sendNotification({
          method: 'notifications/progress',
          params: { progressToken, progress, total: to },
        })
      }
      return { content: [{ type: 'text', text: `Counted to ${to}.` }] }
    },
  )
  server.registerResource(
    'about',
    'text://about',
    { description: 'What this server is.', mimeType: 'text/plain' },
    async (uri) => ({
      contents: [{ uri: uri.href, text: 'A server on the TypeScript SDK, with sessions.' }],
    }),
  )
  server.registerPrompt(
    'explain',
    { description: 'Ask for an explanation.', argsSchema: { topic: z.string() } },
    ({ topic }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Explain ${topic}.` } }],
    }),
  )
  return server
}
