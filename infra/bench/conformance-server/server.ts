import { randomBytes } from 'node:crypto'
import { createRequestStateCodec, McpServer } from '@modelcontextprotocol/server'
import { registerAskingTools } from './asking-tools.ts'
import { registerInputRequired } from './input-required.ts'
import { registerPrompts } from './prompts.ts'
import { registerResources } from './resources.ts'
import { registerTools } from './tools.ts'

/** What changed is told by whoever serves: over HTTP, where a request has a server of its own, by its handler. */
export type Changes = { toolsChanged(): void; promptsChanged(): void }

/** Sealed with a key of this process, so that a client cannot change what it carries. */
const requestState = createRequestStateCodec<{ round: number }>({ key: randomBytes(32) })
export type RequestStateCodec = typeof requestState

/**
 * A server with everything that the public conformance suite asks for by name. With none of it
 * missing, what a scenario finds wrong through a router or a bridge is theirs.
 */
export function createConformanceServer(changes?: Changes): McpServer {
  const server = new McpServer(
    { name: 'moorage-conformance', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: requestState.verify },
    },
  )
  registerTools(server, changes ?? ownChanges(server))
  registerAskingTools(server)
  registerInputRequired(server, requestState)
  registerResources(server)
  registerPrompts(server)
  server.server.setRequestHandler('logging/setLevel', () => ({}))
  server.server.setRequestHandler('completion/complete', () => ({
    completion: { values: [], total: 0, hasMore: false },
  }))
  return server
}

function ownChanges(server: McpServer): Changes {
  return {
    toolsChanged: () => server.sendToolListChanged(),
    promptsChanged: () => server.sendPromptListChanged(),
  }
}
