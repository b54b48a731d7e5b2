import { setTimeout as sleep } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'

export type LegacyServer = McpServer

/** Calls of `wait` that were canceled, by the name of the server. */
export const canceled = new Map<string, number>()

/** Everything that a server up to 2025-11-25 does with its client, in either direction. */
export function createLegacyServer(name: string, delayMs: number): LegacyServer {
  const server = new McpServer(
    { name, version: '1.0.0' },
    { capabilities: { logging: {}, resources: { subscribe: true } } },
  )
  server.registerTool(
    'echo',
    { description: 'Says it again', inputSchema: { text: z.string() } },
    async ({ text }) => {
      await sleep(delayMs)
      return said(`${name}: ${text}`)
    },
  )
  registerWatching(server)
  registerQuestions(server, name)
  registerSlow(server, name)
  server.registerTool('grow', { description: 'Adds a tool' }, async () => {
    server.registerTool('grown', {}, async () => said('grown'))
    return said('done')
  })
  return server
}

/** State of a session that its client believes in: what it watches, and how much it wants to hear. */
function registerWatching(mcp: McpServer): void {
  const watched = new Set<string>()
  let level = 'none'
  mcp.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    watched.add(params.uri)
    return {}
  })
  mcp.server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    watched.delete(params.uri)
    return {}
  })
  mcp.server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
    level = params.level
    return {}
  })
  mcp.registerTool('touch', { description: 'Tells of every watched resource' }, async () => {
    for (const uri of watched) await mcp.server.sendResourceUpdated({ uri })
    return said(`${level} ${[...watched].join(' ')}`)
  })
}

function registerQuestions(mcp: McpServer, name: string): void {
  mcp.registerTool('ask', { description: 'Asks the model of the client' }, async () => {
    const { content } = await mcp.server.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: 'well?' } }],
      maxTokens: 10,
    })
    return said(`${name}: ${content.type === 'text' ? content.text : ''}`)
  })
  mcp.registerTool('elicit', { description: 'Asks the person' }, async () => {
    const { content } = await mcp.server.elicitInput({
      message: 'Which?',
      requestedSchema: { type: 'object', properties: { which: { type: 'string' } } },
    })
    return said(`${name}: ${content?.which}`)
  })
  mcp.registerTool('roots', { description: 'Asks for the roots' }, async () => {
    const { roots } = await mcp.server.listRoots()
    return said(`${name}: ${roots.map(({ uri }) => uri).join(' ')}`)
  })
}

function registerSlow(mcp: McpServer, name: string): void {
  mcp.registerTool('count', { description: 'Reports as it goes' }, async ({ _meta, ...extra }) => {
    const progressToken = _meta?.progressToken
    for (let progress = 1; progress <= 3 && progressToken !== undefined; progress += 1) {
      const params = { progressToken, progress, total: 3 }
      await extra.sendNotification({ method: 'notifications/progress', params })
      await extra.sendNotification({
        method: 'notifications/message',
        params: { level: 'info', data: progress },
      })
      // A client forgets who waits for progress as soon as it has the answer.
      await sleep(20)
    }
    return said('counted')
  })
  mcp.registerTool('doze', { description: 'Answers after many comments' }, async () => {
    await sleep(2_000)
    return said('awake')
  })
  mcp.registerTool('wait', { description: 'Says nothing for long' }, async ({ signal }) => {
    await sleep(30_000, undefined, { signal }).catch(() => {
      canceled.set(name, (canceled.get(name) ?? 0) + 1)
    })
    return said('waited')
  })
}

function said(text: string) {
  return { content: [{ type: 'text' as const, text }] }
}
