import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'

export const configSchema = z.object({ unit: z.string().default('') })

export default function createServer({ config }: { config: z.infer<typeof configSchema> }) {
  const server = new McpServer({ name: 'sums', version: '1.0.0' })
  server.registerTool(
    'add',
    { description: 'Add two numbers', inputSchema: { a: z.number(), b: z.number() } },
    async ({ a, b }) => ({ content: [{ type: 'text', text: `${a + b}${config.unit}` }] }),
  )
  return server.server
}
