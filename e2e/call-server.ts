import { connectTypeScript, textOf } from './clients/clients.ts'

/** Tools that have to be there, and a call with what the text of its answer has to hold. */
type Expectation = {
  tools: string[]
  call?: { tool: string; arguments: Record<string, unknown>; text: string } | undefined
}

export type Called = {
  /** The protocol revisions that were agreed on, the newest first. */
  revisions: string[]
  tools: number
  /** What the answer to the call said, or null where nothing was called. */
  text: string | null
}

/** Lists the tools and makes the call, as a client of each era. Throws what went wrong, with the era. */
export async function callServer(
  endpoint: { url: string; key: string; transport: string },
  expectation: Expectation,
): Promise<Called> {
  const eras = endpoint.transport === 'sse' ? (['sse'] as const) : (['auto', 'legacy'] as const)
  const called: Called[] = []
  for (const era of eras) {
    try {
      called.push(await callIn(era, endpoint, expectation))
    } catch (error) {
      throw new Error(`${era}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const [first] = called
  if (!first) throw new Error('no era')
  return { ...first, revisions: [...new Set(called.flatMap(({ revisions }) => revisions))] }
}

async function callIn(
  era: 'auto' | 'legacy' | 'sse',
  endpoint: { url: string; key: string },
  { tools: wanted, call }: Expectation,
): Promise<Called> {
  const { client, close } = await connectTypeScript(endpoint, era)
  try {
    const { tools } = await client.listTools()
    const names = tools.map((tool) => tool.name)
    if (names.length === 0) throw new Error('it lists no tools')
    const missing = wanted.filter((name) => !names.includes(name))
    if (missing.length > 0) throw new Error(`no tool ${missing.join(', ')} in: ${names.join(', ')}`)
    const revisions = [client.getNegotiatedProtocolVersion() ?? 'unknown']
    if (!call) return { revisions, tools: tools.length, text: null }
    const result = await client.callTool({ name: call.tool, arguments: call.arguments })
    const text = textOf(result.content)
    if (result.isError || !text.includes(call.text))
      throw new Error(`${call.tool} answered: ${JSON.stringify(result).slice(0, 500)}`)
    return { revisions, tools: tools.length, text }
  } finally {
    await close()
  }
}
