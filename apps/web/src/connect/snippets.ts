/** Stands in every snippet until a key is made, and is replaced by it in the page alone. */
export const keyPlaceholder = 'mrg_YOUR_KEY'

export type Endpoint = {
  slug: string
  url: string
  /** Whether callers send a key of this platform. */
  needsKey: boolean
  transport: 'streamable-http' | 'sse'
}

export type Snippet = {
  id: string
  label: string
  /** What to do with it. */
  place: string
  language: 'bash' | 'json' | 'typescript' | 'python'
  code: string
}

/** How each client is told of this server. */
export function connectSnippets(endpoint: Endpoint): Snippet[] {
  const { slug, url, needsKey } = endpoint
  const headers = needsKey ? { headers: { Authorization: `Bearer ${keyPlaceholder}` } } : {}
  return [
    {
      id: 'claude-code',
      label: 'Claude Code',
      place: 'Run it in a terminal.',
      language: 'bash',
      code: claudeCode(endpoint),
    },
    {
      id: 'claude-desktop',
      label: 'Claude Desktop',
      place: 'Settings → Developer → Edit config: claude_desktop_config.json',
      language: 'json',
      code: json({ mcpServers: { [slug]: mcpRemote(endpoint) } }),
    },
    {
      id: 'cursor',
      label: 'Cursor',
      place: '~/.cursor/mcp.json',
      language: 'json',
      code: json({ mcpServers: { [slug]: { url, ...headers } } }),
    },
    {
      id: 'vscode',
      label: 'VS Code',
      place: '.vscode/mcp.json',
      language: 'json',
      code: json({
        servers: {
          [slug]: { type: endpoint.transport === 'sse' ? 'sse' : 'http', url, ...headers },
        },
      }),
    },
    {
      id: 'curl',
      label: 'curl',
      place: 'The first message of a session.',
      language: 'bash',
      code: curl(endpoint),
    },
    {
      id: 'typescript',
      label: 'TypeScript',
      place: 'npm install @modelcontextprotocol/client',
      language: 'typescript',
      code: typescript(endpoint),
    },
    {
      id: 'python',
      label: 'Python',
      place: 'pip install fastmcp',
      language: 'python',
      code: python(endpoint),
    },
  ]
}

const json = (value: unknown) => JSON.stringify(value, null, 2)

function claudeCode({ slug, url, needsKey, transport }: Endpoint): string {
  const kind = transport === 'sse' ? 'sse' : 'http'
  const add = `claude mcp add --transport ${kind} ${slug} ${url}`
  return needsKey ? `${add} \\\n  --header "Authorization: Bearer ${keyPlaceholder}"` : add
}

/** Claude Desktop takes no key for a remote server: mcp-remote carries it, and wants no space in an argument. */
function mcpRemote({ url, needsKey }: Endpoint): object {
  const { protocol, hostname } = new URL(url)
  const plain = protocol === 'http:' && hostname !== 'localhost' ? ['--allow-http'] : []
  const base = ['-y', 'mcp-remote', url, ...plain]
  if (!needsKey) return { command: 'npx', args: base }
  return {
    command: 'npx',
    args: [...base, '--header', `Authorization:\${AUTH_HEADER}`],
    env: { AUTH_HEADER: `Bearer ${keyPlaceholder}` },
  }
}

function curl({ url, needsKey, transport }: Endpoint): string {
  const auth = needsKey ? [`-H 'Authorization: Bearer ${keyPlaceholder}'`] : []
  if (transport === 'sse') return [`curl -N ${url}`, ...auth].join(' \\\n  ')
  return [
    `curl ${url}`,
    ...auth,
    `-H 'Content-Type: application/json'`,
    `-H 'Accept: application/json, text/event-stream'`,
    `-d '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"curl","version":"1"}}}'`,
  ].join(' \\\n  ')
}

function typescript({ slug, url, needsKey, transport }: Endpoint): string {
  const name = transport === 'sse' ? 'SSEClientTransport' : 'StreamableHTTPClientTransport'
  const options = needsKey
    ? `, {\n  requestInit: { headers: { Authorization: 'Bearer ${keyPlaceholder}' } },\n}`
    : ''
  return `import { Client, ${name} } from '@modelcontextprotocol/client'

const client = new Client({ name: 'my-client', version: '1.0.0' })
await client.connect(new ${name}(new URL('${url}')${options}))
console.log('${slug}:', await client.listTools())
`.trimEnd()
}

function python({ url, needsKey }: Endpoint): string {
  const auth = needsKey ? `, auth="${keyPlaceholder}"` : ''
  return `import asyncio
from fastmcp import Client

async def main():
    async with Client("${url}"${auth}) as client:
        print(await client.list_tools())

asyncio.run(main())`
}
