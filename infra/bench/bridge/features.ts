import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { z } from 'zod'
import { openSession } from './session.ts'
import { everything, type Name, type Running, start } from './subjects.ts'

const scripted = fileURLToPath(
  new URL('../../../packages/mcp/src/bridge/fixtures/scripted-child.mjs', import.meta.url),
)
const timeoutMs = 8000
const capabilities = { sampling: {}, elicitation: {}, roots: { listChanged: true } }
const text = { type: 'text' as const, text: 'sampled!' }

/** What each bridge can do, found by trying it with real clients. */
export async function tryFeatures(name: Name): Promise<Record<string, boolean>> {
  const found: Record<string, boolean> = {}
  for (const [server, tries] of groups)
    for (const [feature, attempt] of Object.entries(tries)) {
      // Each time a new one: what one attempt left behind is not held against the next.
      const bridge = await start(name, [server])
      const late = sleep(timeoutMs, false, { ref: false })
      found[feature] = await Promise.race([attempt(bridge).catch(() => false), late])
      await bridge.stop()
    }
  return found
}

type Attempt = (bridge: Running) => Promise<boolean>

async function connect({ url }: Running, mode: 'legacy' | 'auto' = 'legacy') {
  const heard: string[] = []
  const client = new Client(
    { name: 'bench', version: '1' },
    { capabilities, versionNegotiation: { mode } },
  )
  client.setRequestHandler('sampling/createMessage', async () => ({
    model: 'm',
    role: 'assistant',
    content: text,
  }))
  client.setRequestHandler('elicitation/create', async () => ({
    action: 'accept',
    content: { name: 'Ada' },
  }))
  client.setRequestHandler('roots/list', async () => ({ roots: [{ uri: 'file:///harbour' }] }))
  client.fallbackNotificationHandler = async ({ method }) => void heard.push(method)
  for (const method of [
    'notifications/message',
    'notifications/resources/updated',
    'notifications/tools/list_changed',
  ] as const)
    client.setNotificationHandler(method, () => void heard.push(method))
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  const call = async (name: string, args: Record<string, unknown> = {}) =>
    JSON.stringify(await client.callTool({ name, arguments: args }))
  return { client, call, heard }
}

async function until(look: () => boolean): Promise<boolean> {
  while (!look()) await sleep(50)
  return true
}

const asks = (mode: 'legacy' | 'auto') => ({
  sampling: async (bridge: Running) =>
    (
      await (
        await connect(bridge, mode)
      ).call('trigger-sampling-request', { prompt: 'x', maxTokens: 5 })
    ).includes('sampled!'),
  elicitation: async (bridge: Running) =>
    (await (await connect(bridge, mode)).call('trigger-elicitation-request')).includes('Ada'),
})

const onEverything: Record<string, Attempt> = {
  ...asks('legacy'),
  roots: async (bridge) =>
    (await (await connect(bridge)).call('get-roots-list')).includes('harbour'),
  progress: async (bridge) => {
    const { client } = await connect(bridge)
    let seen = 0
    const arguments_ = { duration: 0.2, steps: 2 }
    await client.callTool(
      { name: 'trigger-long-running-operation', arguments: arguments_ },
      { onprogress: () => void seen++ },
    )
    return seen === 2
  },
  logging: async (bridge) => {
    const { client, call, heard } = await connect(bridge)
    await client.setLoggingLevel('debug')
    await call('toggle-simulated-logging')
    return await until(() => heard.includes('notifications/message'))
  },
  completion: async (bridge) => {
    const { client } = await connect(bridge)
    const ref = { type: 'ref/prompt' as const, name: 'completable-prompt' }
    const { completion } = await client.complete({
      ref,
      argument: { name: 'department', value: 'E' },
    })
    return completion.values.includes('Engineering')
  },
  subscriptions: async (bridge) => {
    const { client, call, heard } = await connect(bridge)
    const { resources } = await client.listResources()
    await client.subscribeResource({ uri: resources[0]?.uri ?? '' })
    await call('toggle-subscriber-updates')
    return await until(() => heard.includes('notifications/resources/updated'))
  },
  'modern era': async (bridge) => {
    const { client, call } = await connect(bridge, 'auto')
    return (
      client.getProtocolEra() === 'modern' &&
      (await call('echo', { message: 'x' })).includes('Echo: x')
    )
  },
  'modern era, sampling': async (bridge) =>
    (await connect(bridge, 'auto')).client.getProtocolEra() === 'modern' &&
    (await asks('auto').sampling(bridge)),
  'modern era, elicitation': async (bridge) =>
    (await connect(bridge, 'auto')).client.getProtocolEra() === 'modern' &&
    (await asks('auto').elicitation(bridge)),
  'HTTP+SSE beside it': async ({ sseUrl }) => {
    const client = new Client({ name: 'bench', version: '1' })
    await client.connect(new SSEClientTransport(new URL(sseUrl)))
    return (await client.listTools()).tools.length > 0
  },
}

const changed = { method: 'notifications/tools/list_changed' }

const onScripted: Record<string, Attempt> = {
  list_changed: async (bridge) => {
    const { call, heard } = await connect(bridge)
    await call('emit', { messages: [changed] })
    return await until(() => heard.includes(changed.method))
  },
  cancellation: async (bridge) => {
    const { client, call } = await connect(bridge)
    const cancelling = new AbortController()
    const hanging = client.callTool({ name: 'hang' }, { signal: cancelling.signal }).catch(() => {})
    await call('pid')
    cancelling.abort()
    await hanging
    await sleep(200)
    return (await call('cancelled')).includes('"1"')
  },
  'state of its own for each session': async ({ url }) => {
    const [a, b] = [await openSession(url), await openSession(url)]
    await a.call('count')
    return (await b.call('count')).includes('"text":"1"')
  },
  'resumption by Last-Event-ID': resume,
  'unknown methods and fields pass': async (bridge) => {
    const { client } = await connect(bridge)
    const answer = await client.request(
      { method: 'x-custom/method', params: { a: 1 } },
      z.looseObject({}),
    )
    return JSON.stringify(answer).includes('"a":1')
  },
  'an error where the server dies': async (bridge) => {
    const { client } = await connect(bridge)
    const error = await client.callTool({ name: 'die' }).catch((caught: Error) => caught)
    return error instanceof Error
  },
  'works on after the server died': async (bridge) => {
    const { client } = await connect(bridge)
    await Promise.race([client.callTool({ name: 'die' }).catch(() => {}), sleep(1000)])
    return (await (await connect(bridge)).call('count')).includes('1')
  },
}

const groups = [
  [everything, onEverything],
  [scripted, onScripted],
] as const

/** Three messages on a GET stream that breaks after the first: the other two have to come again. */
async function resume({ url }: Running): Promise<boolean> {
  const session = await openSession(url, '2025-11-25')
  const read = async (headers: Record<string, string>, count: number) => {
    const closing = new AbortController()
    const accept = 'text/event-stream'
    const res = await fetch(url, {
      headers: { ...session.headers, accept, ...headers },
      signal: closing.signal,
    })
    const calling = headers['last-event-id']
      ? null
      : session.call('emit', { messages: Array(3).fill(changed) })
    const events = () => seen.split('\n\n').filter((event) => event.includes(changed.method))
    let seen = ''
    for await (const chunk of res.body ?? []) {
      seen += new TextDecoder().decode(chunk)
      if (events().length >= count) break
    }
    await calling
    closing.abort()
    return events()
  }
  const [first] = await read({}, 1)
  const id = /^id: ?(.*)$/m.exec(first ?? '')?.[1]
  return id !== undefined && (await read({ 'last-event-id': id }, 2)).length === 2
}
