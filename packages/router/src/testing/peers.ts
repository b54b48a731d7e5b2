import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport as OldSse } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport as OldStreamable } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { bearer } from './client.ts'

type Message = { method: string; params?: Record<string, unknown> | undefined }
type Options = { signal?: AbortSignal; onprogress?: (progress: { progress: number }) => void }

/** A real client, whichever it is. */
export type Peer = {
  /** Text of the tool's answer. */
  call(tool: string, options?: Options): Promise<string>
  subscribe(uri: string): Promise<unknown>
  tools(): Promise<string[]>
  /** What the server told, by method. */
  heard: Message[]
  close(): Promise<void>
}

const info = { name: 'peer', version: '1.0.0' }
const options = { capabilities: { sampling: {}, elicitation: {}, roots: {} } }

const answers: Record<string, object> = {
  'sampling/createMessage': {
    model: 'none',
    role: 'assistant',
    content: { type: 'text', text: 'sampled' },
  },
  'elicitation/create': { action: 'accept', content: { which: 'this one' } },
  'roots/list': { roots: [{ uri: 'file:///root' }] },
}

/** Client 2.x as it comes, which is legacy, or HTTP+SSE. */
export async function newPeer(
  url: string,
  key: string,
  transport: 'streamable' | 'sse',
): Promise<Peer> {
  const client = new Client(info, options)
  const Transport = transport === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport
  return peer(client, new Transport(new URL(url), { requestInit: { headers: bearer(key) } }))
}

/** Client 1.x. */
export async function oldPeer(
  url: string,
  key: string,
  transport: 'streamable' | 'sse',
): Promise<Peer> {
  const client = new OldClient(info, options)
  const Transport = transport === 'sse' ? OldSse : OldStreamable
  return peer(client, new Transport(new URL(url), { requestInit: { headers: bearer(key) } }))
}

async function peer(client: Client | OldClient, transport: unknown): Promise<Peer> {
  const heard: Message[] = []
  client.fallbackRequestHandler = async ({ method }: Message) => {
    const answer = answers[method]
    if (!answer) throw new Error(`No answer to ${method}`)
    return answer
  }
  client.fallbackNotificationHandler = async (message: Message) => void heard.push(message)
  await (client as Client).connect(transport as Parameters<Client['connect']>[0])
  return {
    heard,
    call: async (name, more) => {
      const call = { name, arguments: {} }
      const { content } =
        client instanceof OldClient
          ? await client.callTool(call, undefined, more)
          : await client.callTool(call, more)
      const [first] = content as { text?: string }[]
      return first?.text ?? ''
    },
    subscribe: (uri) => client.subscribeResource({ uri }),
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    close: () => client.close(),
  }
}
