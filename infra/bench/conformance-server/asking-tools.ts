import type { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { text } from './media.ts'

/**
 * Tools that ask the client in the middle of a call, as it was done up to 2025-11-25. By `send`, which
 * asks on the stream of the call: the one for notifications may not be open yet.
 */
export function registerAskingTools(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { description: 'Asks for a completion', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, ctx) => {
      const params = {
        messages: [{ role: 'user' as const, content: text(prompt) }],
        maxTokens: 100,
      }
      const { content } = await ctx.mcpReq.send({ method: 'sampling/createMessage', params })
      const said = !Array.isArray(content) && content.type === 'text' ? content.text : ''
      return { content: [text(`LLM response: ${said}`)] }
    },
  )
  const addForm = (name: string, properties: Properties, required: string[]) =>
    server.registerTool(
      name,
      {
        description: name,
        inputSchema: z.object({ message: z.string().default('Please fill in') }),
      },
      async ({ message }, ctx) => {
        const requestedSchema = { type: 'object' as const, properties, required }
        const params = { message, requestedSchema }
        const { action, content } = await ctx.mcpReq.send({ method: 'elicitation/create', params })
        const filled = JSON.stringify(content ?? {})
        return { content: [text(`User response: action=${action}, content=${filled}`)] }
      },
    )
  addForm('test_elicitation', { response: { type: 'string' } }, ['response'])
  addForm('test_elicitation_sep1034_defaults', withDefaults, [])
  addForm('test_elicitation_sep1330_enums', enums, [])
}

type Properties = Parameters<
  Parameters<Parameters<McpServer['registerTool']>[2]>[1]['mcpReq']['elicitInput']
>[0] extends infer Form
  ? Form extends { requestedSchema: { properties: infer P } }
    ? P
    : never
  : never

const withDefaults: Properties = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
}

const options = ['option1', 'option2', 'option3']
const titled = [
  { const: 'value1', title: 'First' },
  { const: 'value2', title: 'Second' },
  { const: 'value3', title: 'Third' },
]
const enums: Properties = {
  untitledSingle: { type: 'string', enum: options },
  titledSingle: { type: 'string', oneOf: titled },
  legacyEnum: {
    type: 'string',
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: {
    type: 'array',
    minItems: 1,
    maxItems: 3,
    items: { type: 'string', enum: options },
  },
  titledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { anyOf: titled } },
}
