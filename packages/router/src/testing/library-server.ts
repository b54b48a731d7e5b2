import { McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { z } from 'zod'

/** Tools, prompts and resources, some of which are not for everyone. */
export function createLibraryServer(): McpServer {
  const server = new McpServer({ name: 'library', version: '1.0.0' })
  for (const name of ['read_book', 'read_index', 'delete_book'])
    server.registerTool(name, { description: name, inputSchema: z.object({}) }, async () => ({
      content: [{ type: 'text', text: `did ${name}` }],
    }))
  for (const name of ['summary', 'secret'])
    server.registerPrompt(name, { description: name }, async () => ({
      messages: [{ role: 'user', content: { type: 'text', text: name } }],
    }))
  for (const uri of ['books://open/one', 'books://closed/two'])
    server.registerResource(uri, uri, {}, async () => ({ contents: [{ uri, text: uri }] }))
  for (const shelf of ['open', 'closed'])
    server.registerResource(
      `${shelf} shelf`,
      new ResourceTemplate(`books://${shelf}/{name}`, { list: undefined }),
      {},
      async ({ href }) => ({ contents: [{ uri: href, text: href }] }),
    )
  return server
}
