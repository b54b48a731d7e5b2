import type {
  GetPromptResult,
  InputRequests,
  InputRequiredResult,
  McpServer,
  ServerContext,
} from '@modelcontextprotocol/server'
import { acceptedContent, inputRequired } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { text } from './media.ts'
import type { RequestStateCodec } from './server.ts'

const name = 'test_input_required_result'
const askName = () => form('What is your name?', 'name', 'string')
const confirm = () => form('Please confirm', 'ok', 'boolean')
const greeting = () =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: text('Generate a greeting') }],
    maxTokens: 50,
  })

type Answer = InputRequiredResult | string | Promise<InputRequiredResult | string>

/** What asks the client by its result, from 2026-07-28 on: the client calls again with what was asked for. */
export function registerInputRequired(server: McpServer, codec: RequestStateCodec): void {
  const add = (tool: string, run: (ctx: ServerContext) => Answer) =>
    server.registerTool(
      tool,
      { description: tool, inputSchema: z.object({}) },
      async (_args, ctx) => {
        const answer = await run(ctx)
        return typeof answer === 'string' ? { content: [text(answer)] } : answer
      },
    )
  add(`${name}_elicitation`, (ctx) => {
    const given = accepted(ctx, 'user_name')?.name
    if (typeof given !== 'string') return inputRequired({ inputRequests: { user_name: askName() } })
    return `Hello, ${given}!`
  })
  for (const tool of [`${name}_sampling`, 'test_missing_capability'])
    add(tool, (ctx) => {
      const said = ctx.mcpReq.inputResponses?.capital_question
      if (!said) return inputRequired({ inputRequests: { capital_question: greeting() } })
      return `Sampling response: ${JSON.stringify(said)}`
    })
  add(`${name}_list_roots`, (ctx) => {
    const roots = ctx.mcpReq.inputResponses?.client_roots
    if (!roots) return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
    return `Client roots: ${JSON.stringify(roots)}`
  })
  add(`${name}_capabilities`, (ctx) => {
    if (ctx.mcpReq.inputResponses) return 'Fulfilled'
    const inputRequests = allowed(server)
    return Object.keys(inputRequests).length > 0
      ? inputRequired({ inputRequests })
      : 'None declared'
  })
  for (const tool of [`${name}_request_state`, `${name}_tampered_state`])
    add(tool, async (ctx) => {
      if (accepted(ctx, 'confirm') && ctx.mcpReq.requestState()) return 'state-ok: verified'
      const requestState = await codec.mint({ round: 1 })
      return inputRequired({ inputRequests: { confirm: confirm() }, requestState })
    })
  add(`${name}_multiple_inputs`, async (ctx) => {
    if (Object.keys(ctx.mcpReq.inputResponses ?? {}).length === 3) return 'All three are here'
    const inputRequests = {
      user_name: askName(),
      greeting: greeting(),
      client_roots: inputRequired.listRoots(),
    }
    return inputRequired({ inputRequests, requestState: await codec.mint({ round: 1 }) })
  })
  add(`${name}_multi_round`, async (ctx) => {
    const round = (ctx.mcpReq.requestState<{ round: number }>()?.round ?? 0) + 1
    if (round > 2) return 'Multi-round complete'
    const inputRequests = {
      [`step${round}`]: form(`Step ${round}`, round > 1 ? 'color' : 'name', 'string'),
    }
    return inputRequired({ inputRequests, requestState: await codec.mint({ round }) })
  })
  server.registerPrompt(
    `${name}_prompt`,
    { description: 'Asks for its context', argsSchema: z.object({}) },
    (_args, ctx): GetPromptResult | InputRequiredResult => {
      const given = accepted(ctx, 'user_context')?.context
      if (typeof given !== 'string')
        return inputRequired({
          inputRequests: { user_context: form('Which context?', 'context', 'string') },
        })
      return { messages: [{ role: 'user', content: text(`Use this context: ${given}`) }] }
    },
  )
}

/** Only what the client declared that it can do. */
function allowed(server: McpServer): InputRequests {
  const declared = server.server.getClientCapabilities()
  return {
    ...(declared?.elicitation ? { user_name: askName() } : {}),
    ...(declared?.sampling ? { greeting: greeting() } : {}),
    ...(declared?.roots ? { client_roots: inputRequired.listRoots() } : {}),
  }
}

function accepted(ctx: ServerContext, key: string): Record<string, unknown> | undefined {
  return acceptedContent(ctx.mcpReq.inputResponses, key)
}

function form(message: string, field: string, type: 'string' | 'boolean') {
  const property = type === 'string' ? { type } : { type }
  return inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [field]: property }, required: [field] },
  })
}
