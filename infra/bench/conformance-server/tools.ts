import { setTimeout as sleep } from 'node:timers/promises'
import type { CallToolResult, McpServer, ServerContext } from '@modelcontextprotocol/server'
import { fromJsonSchema } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { pixel, silence, text } from './media.ts'
import type { Changes } from './server.ts'

type Run = (ctx: ServerContext) => Promise<CallToolResult> | CallToolResult

/** Tools that answer by themselves. Their names are the suite's. */
export function registerTools(server: McpServer, changes: Changes): void {
  const add = (name: string, run: Run) =>
    server.registerTool(name, { description: name, inputSchema: z.object({}) }, (_args, ctx) =>
      run(ctx),
    )
  const image = { type: 'image' as const, data: pixel, mimeType: 'image/png' }
  add('test_simple_text', () => ({
    content: [text('This is a simple text response for testing.')],
  }))
  add('test_image_content', () => ({ content: [image] }))
  add('test_audio_content', () => ({
    content: [{ type: 'audio', data: silence, mimeType: 'audio/wav' }],
  }))
  add('test_embedded_resource', () => ({
    content: [
      resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
    ],
  }))
  add('test_multiple_content_types', () => ({
    content: [
      text('Multiple content types test:'),
      image,
      resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
  }))
  add('test_error_handling', () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
  add('test_tool_with_logging', logThrice)
  add('test_tool_with_progress', progressThrice)
  add('test_reconnection', endStreamThenAnswer)
  add('test_streaming_elicitation', () => ({ content: [text('Nothing but the result.')] }))
  add('test_logging_tool', async (ctx) => {
    await ctx.mcpReq.log('info', 'Only for a request that set a log level')
    return { content: [text('logged')] }
  })
  add('test_trigger_tool_change', () => {
    changes.toolsChanged()
    return { content: [text('told')] }
  })
  add('test_trigger_prompt_change', () => {
    changes.promptsChanged()
    return { content: [text('told')] }
  })
  registerSchemaTools(server)
}

/** Their input schemas are written out, as annotations and keywords have to pass as they are. */
function registerSchemaTools(server: McpServer): void {
  server.registerTool(
    'test_x_mcp_header',
    {
      description: 'An argument that travels as a header too',
      inputSchema: fromJsonSchema<{ region?: string }>(headerSchema),
    },
    ({ region }) => ({ content: [text(`region=${region ?? 'none'}`)] }),
  )
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Keywords of JSON Schema 2020-12', inputSchema: fromJsonSchema(schema2020) },
    (args) => ({ content: [text(JSON.stringify(args))] }),
  )
}

const headerSchema = {
  type: 'object' as const,
  properties: { region: { type: 'string' as const, 'x-mcp-header': 'Region' } },
}

const schema2020 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object' as const,
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
}

async function logThrice({ mcpReq }: ServerContext): Promise<CallToolResult> {
  for (const data of [
    'Tool execution started',
    'Tool processing data',
    'Tool execution completed',
  ]) {
    await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data } })
    await sleep(50)
  }
  return { content: [text('Tool with logging executed successfully')] }
}

/** Without a token of the client's there is nobody to tell. */
async function progressThrice({ mcpReq }: ServerContext): Promise<CallToolResult> {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken !== undefined)
    for (const progress of [0, 50, 100]) {
      const params = { progressToken, progress, total: 100 }
      await mcpReq.notify({ method: 'notifications/progress', params })
      await sleep(50)
    }
  return { content: [text(String(progressToken ?? 'no-progress-token'))] }
}

/** The client has to come back with Last-Event-ID for its answer. */
async function endStreamThenAnswer(ctx: ServerContext): Promise<CallToolResult> {
  ctx.http?.closeSSE?.()
  await sleep(100)
  return { content: [text('Reconnection test completed successfully')] }
}

function resource(uri: string, mimeType: string, content: string) {
  return { type: 'resource' as const, resource: { uri, mimeType, text: content } }
}
