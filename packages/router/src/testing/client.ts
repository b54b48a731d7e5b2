import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

export type Answer = { status: number; headers: IncomingHttpHeaders; text: string }

/** One plain HTTP request, with any Host or Origin. */
export function send(
  url: string,
  options: {
    method?: string
    headers?: OutgoingHttpHeaders
    body?: string | Buffer
    path?: string
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body, path } = options
    const req = request(
      url,
      { method, headers, agent: false, ...(path ? { path } : {}) },
      (res) => {
        const chunks: Buffer[] = []
        res.on('data', (chunk: Buffer) => chunks.push(chunk))
        res.on('error', reject)
        res.on('end', () =>
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        )
      },
    )
    req.on('error', reject)
    req.end(body)
  })
}

/** Does the router know of the server by now, of the key, and of an instance? */
export async function isServed(url: string, key: string): Promise<boolean> {
  const { status, text } = await send(url, { headers: bearer(key) })
  return status !== 401 && status !== 503 && !text.includes('no server of this name')
}

export function bearer(key: string): Record<string, string> {
  return { Authorization: `Bearer ${key}` }
}

/** The official client, in the era that is asked for. */
export async function connect(
  url: string,
  key: string,
  era: 'legacy' | '2026-07-28',
  headers: Record<string, string> = {},
): Promise<Client> {
  const client = new Client(
    { name: 'test-client', version: '1.2.3' },
    {
      capabilities: { sampling: {} },
      versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: era } },
    },
  )
  const requestInit = { headers: { ...bearer(key), ...headers } }
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }))
  return client
}

export async function echo(client: Client, text: string): Promise<string> {
  const result = await client.callTool({ name: 'echo', arguments: { text } })
  const [first] = result.content
  return first?.type === 'text' ? first.text : JSON.stringify(result)
}
