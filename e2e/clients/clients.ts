import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { run } from '../platform.ts'
import { fastmcpPython, inspectorMain } from './install.ts'

export type Called = { tools: string[]; text: string }
type Endpoint = { url: string; key: string }

/** The official TypeScript client, in the era asked for; `sse` is the transport of 2024-11-05. */
export async function callWithTypeScript(
  { url, key }: Endpoint,
  call: { name: string; arguments: Record<string, unknown> },
  mode: 'auto' | 'legacy' | 'sse',
): Promise<Called> {
  const { client, close } = await connectTypeScript({ url, key }, mode)
  try {
    const { tools } = await client.listTools()
    const result = await client.callTool(call)
    if (result.isError) throw new Error(JSON.stringify(result))
    return { tools: tools.map((tool) => tool.name).sort(), text: textOf(result.content) }
  } finally {
    await close()
  }
}

export async function connectTypeScript(
  { url, key }: Endpoint,
  mode: 'auto' | 'legacy' | 'sse',
): Promise<{ client: Client; close(): Promise<void> }> {
  const versionNegotiation = { mode: mode === 'auto' ? mode : 'legacy' } as const
  const client = new Client({ name: 'e2e', version: '1' }, { versionNegotiation })
  const Transport = mode === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport
  const requestInit = { headers: { authorization: `Bearer ${key}` } }
  await client.connect(new Transport(new URL(url), { requestInit }))
  return { client, close: () => client.close() }
}

export function textOf(content: unknown): string {
  const [first] = content as { text?: string }[]
  return first?.text ?? ''
}

/** The Python fastmcp client, in a virtual environment that is made once. */
export async function callWithPython(
  { url, key }: Endpoint,
  call: { name: string; arguments: Record<string, unknown> },
): Promise<Called> {
  const python = await fastmcpPython()
  const script = new URL('call.py', import.meta.url).pathname
  const done = await run(python, [script, url, key, call.name, JSON.stringify(call.arguments)])
  if (done.exitCode !== 0) throw new Error(done.stderr)
  return JSON.parse(done.stdout) as Called
}

/** The MCP Inspector's CLI. */
export async function inspector({ url, key }: Endpoint, ...args: string[]) {
  const main = await inspectorMain()
  const header = `Authorization: Bearer ${key}`
  const fixed = [main, '--cli', url, '--transport', 'http', '--header', header]
  return run(process.execPath, [...fixed, ...args], { timeoutMs: 60_000 })
}
