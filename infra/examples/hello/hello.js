import { randomInt } from 'node:crypto'
import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

const instructions =
  'A server to look around with. Roll some dice, ask for the time anywhere, or have a text echoed.'

/** One server for one request: it keeps nothing, so any copy of it can answer. */
export function createHello() {
  const server = new McpServer({ name: 'hello', title: 'Hello', version: '1.0.0' }, { instructions })
  addDice(server)
  addClock(server)
  addEcho(server)
  addGuide(server)
  addPrompt(server)
  return server
}

function addDice(server) {
  server.registerTool(
    'roll_dice',
    {
      title: 'Roll dice',
      description: 'Roll some dice and add them up. Fair: the numbers come from the system.',
      inputSchema: z.object({
        count: z.number().int().min(1).max(100).default(1).describe('How many dice'),
        sides: z.number().int().min(2).max(1000).default(6).describe('How many sides each has'),
      }),
      outputSchema: z.object({ rolls: z.array(z.number()), total: z.number() }),
      annotations: { readOnlyHint: true, idempotentHint: false, openWorldHint: false },
    },
    async ({ count, sides }) => {
      const rolls = Array.from({ length: count }, () => randomInt(1, sides + 1))
      const total = rolls.reduce((sum, roll) => sum + roll, 0)
      const text = count === 1 ? `${total}` : `${rolls.join(' + ')} = ${total}`
      return { content: [{ type: 'text', text }], structuredContent: { rolls, total } }
    },
  )
}

function addClock(server) {
  server.registerTool(
    'what_time_is_it',
    {
      title: 'What time is it?',
      description: 'The date and time in a time zone.',
      inputSchema: z.object({
        timeZone: z.string().default('UTC').describe('An IANA name, such as Europe/Oslo'),
      }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ timeZone }) => {
      try {
        const format = new Intl.DateTimeFormat('en-GB', {
          dateStyle: 'full',
          timeStyle: 'long',
          timeZone,
        })
        return { content: [{ type: 'text', text: format.format(new Date()) }] }
      } catch {
        const text = `There is no time zone ${timeZone}. Try Europe/Oslo or Asia/Tokyo.`
        return { content: [{ type: 'text', text }], isError: true }
      }
    },
  )
}

function addEcho(server) {
  server.registerTool(
    'echo',
    {
      title: 'Echo',
      description: 'Answer with the same text: the quickest way to see that a connection works.',
      inputSchema: z.object({ text: z.string().max(10_000).describe('What to say') }),
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ text }) => ({ content: [{ type: 'text', text }] }),
  )
}

const guide = `# What an MCP server offers

- Tools are called by a model: here roll_dice, what_time_is_it and echo.
- Resources are read by an application: this text is one.
- Prompts are picked by a person: here game_night.

To host one of your own, push its repository.
`

function addGuide(server) {
  server.registerResource(
    'guide',
    'hello://guide',
    {
      title: 'Guide',
      description: 'What tools, resources and prompts are, in five lines.',
      mimeType: 'text/markdown',
    },
    async (uri) => ({
      contents: [{ uri: uri.href, mimeType: 'text/markdown', text: guide }],
    }),
  )
}

function addPrompt(server) {
  server.registerPrompt(
    'game_night',
    {
      title: 'Game night',
      description: 'Let the model run a dice game.',
      argsSchema: z.object({ players: z.string().describe('Who plays, such as "Ada and Grace"') }),
    },
    async ({ players }) => ({
      messages: [
        {
          role: 'user',
          content: {
            type: 'text',
            text: `Run a short dice game for ${players}. Use the roll_dice tool for each throw, keep the score, and announce the winner.`,
          },
        },
      ],
    }),
  )
}
