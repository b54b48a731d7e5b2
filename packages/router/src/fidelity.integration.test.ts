import { randomUUID } from 'node:crypto'
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect } from './testing/client.ts'
import { canceled } from './testing/legacy-server.ts'
import { newPeer, oldPeer, type Peer } from './testing/peers.ts'
import { startPlatform, type TestPlatform, until } from './testing/platform.ts'
import { inSession, openSession } from './testing/raw-session.ts'
import {
  startModernServer,
  startSessionServer,
  startSseServer,
  type Upstream,
} from './testing/upstream.ts'

let platform: TestPlatform
let teamId: string
let key: string
let router: { url: string; nodeId: string }
const upstreams: Upstream[] = []

beforeAll(async () => {
  platform = await startPlatform({ limits: { keepAliveMs: 300 } })
  teamId = await platform.addTeam()
  key = (await platform.addKey(teamId)).key
  router = await platform.startRouter()
})

afterAll(async () => {
  await platform.close()
  await Promise.all(upstreams.map((upstream) => upstream.stop()))
})

async function serve<T extends Upstream>(upstream: T, path = '/mcp'): Promise<string> {
  upstreams.push(upstream)
  const server = await platform.addServer(teamId)
  const { version } = await platform.deploy(server, upstream.port, { path })
  await platform.drained(router.nodeId, version, [])
  return `${router.url}/${server.slug}/mcp`
}

describe.each([
  ['client 2.x, sessions', newPeer, 'streamable'],
  ['client 1.x, sessions', oldPeer, 'streamable'],
  ['client 2.x, HTTP+SSE', newPeer, 'sse'],
  ['client 1.x, HTTP+SSE', oldPeer, 'sse'],
] as const)('%s', (name, open, transport) => {
  let mcp: string
  let peer: Peer

  beforeAll(async () => {
    mcp =
      transport === 'sse'
        ? await serve(await startSseServer(name), '/sse')
        : await serve(await startSessionServer(name))
  })
  beforeEach(async () => {
    peer = await open(mcp, key, transport)
  })
  afterEach(() => peer.close())

  test('questions of the server reach the client, and its answers the server', async () => {
    expect(await peer.call('ask')).toBe(`${name}: sampled`)
    expect(await peer.call('elicit')).toBe(`${name}: this one`)
    expect(await peer.call('roots')).toBe(`${name}: file:///root`)
    const all = await Promise.all(['ask', 'elicit', 'roots'].map((tool) => peer.call(tool)))
    expect(all).toEqual([`${name}: sampled`, `${name}: this one`, `${name}: file:///root`])
  })

  test('progress and log lines come while the call runs, in order', async () => {
    const seen: number[] = []
    expect(
      await peer.call('count', { onprogress: ({ progress }) => void seen.push(progress) }),
    ).toBe('counted')
    expect(seen).toEqual([1, 2, 3])
    await until(() => heard('notifications/message').length === 3)
    expect(heard('notifications/message').map((params) => params?.data)).toEqual([1, 2, 3])
  })

  test('a cancellation reaches the call that it is about, and no other', async () => {
    const before = canceled.get(name) ?? 0
    const one = new AbortController()
    const two = new AbortController()
    const calls = [one, two].map(({ signal }) => peer.call('wait', { signal }).catch(() => 'gone'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    one.abort()
    expect(await calls[0]).toBe('gone')
    await until(() => (canceled.get(name) ?? 0) === before + 1)
    two.abort()
    await until(() => (canceled.get(name) ?? 0) === before + 2)
  })

  test('what changed at the server is told on the stream for notifications', async () => {
    await peer.subscribe('test://watched')
    await until(async () => {
      await peer.call('touch')
      return heard('notifications/resources/updated').length > 0
    })
    expect(heard('notifications/resources/updated')[0]).toEqual({ uri: 'test://watched' })
    expect(await peer.tools()).not.toContain('grown')
    await peer.call('grow')
    await until(() => heard('notifications/tools/list_changed').length > 0)
    expect(await peer.tools()).toContain('grown')
  })

  test('a call that is silent for long gets its answer', async () => {
    expect(await peer.call('doze')).toBe('awake')
  })

  function heard(method: string) {
    return peer.heard.filter((message) => message.method === method).map(({ params }) => params)
  }
})

test('a stream that broke off goes on where it stood: nothing told meanwhile is lost, nothing comes twice', async () => {
  const mcp = await serve(await startSessionServer('resumed', { keepsEvents: true }))
  const headers = inSession(key, await openSession(mcp, key))
  const ask = (method: string, params: object) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: randomUUID(), method, params })
    return fetch(mcp, { method: 'POST', headers, body }).then((answer) => answer.text())
  }
  const touch = () => ask('tools/call', { name: 'touch' })
  await ask('resources/subscribe', { uri: 'test://watched' })
  const abort = new AbortController()
  const stream = await fetch(mcp, { headers, signal: abort.signal })
  await touch()
  const [first = ''] = await eventIds(stream, 1)
  abort.abort()
  for (let i = 0; i < 2; i += 1) await touch()
  const resumed = await fetch(mcp, { headers: { ...headers, 'Last-Event-ID': first } })
  const ids = await eventIds(resumed, 2)
  expect(new Set([first, ...ids]).size).toBe(3)
})

/** Of the first notifications on a stream. */
async function eventIds({ body }: Response, count: number): Promise<string[]> {
  let text = ''
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    const ids = [...text.matchAll(/^id: (.*)\ndata: \{.*resources\/updated/gm)].map(
      ([, id = '']) => id,
    )
    if (ids.length >= count) return ids
  }
  throw new Error(`The stream ended: ${text}`)
}

describe('client 2.x, 2026-07-28', () => {
  let client: Client
  let upstream: Awaited<ReturnType<typeof startModernServer>>

  beforeAll(async () => {
    upstream = await startModernServer('modern')
    client = await connect(await serve(upstream), key, '2026-07-28')
  })
  afterAll(() => client.close())

  test('what the server asks for by its result comes with the next request', async () => {
    client.setRequestHandler('sampling/createMessage', async () => ({
      model: 'none',
      role: 'assistant' as const,
      content: { type: 'text' as const, text: 'sampled' },
    }))
    const { content } = await client.callTool({ name: 'ask', arguments: {} })
    expect(content).toEqual([{ type: 'text', text: 'modern: sampled' }])
  })

  test('progress comes while the call runs', async () => {
    const seen: number[] = []
    const onprogress = ({ progress }: { progress: number }) => void seen.push(progress)
    await client.callTool({ name: 'count', arguments: {} }, { onprogress })
    expect(seen).toEqual([1, 2, 3])
  })

  test('a client that leaves a call has canceled it', async () => {
    const call = new AbortController()
    const { signal } = call
    const gone = client.callTool({ name: 'wait', arguments: {} }, { signal }).catch(() => 'gone')
    await new Promise((resolve) => setTimeout(resolve, 100))
    call.abort()
    expect(await gone).toBe('gone')
    await until(() => canceled.get('modern') === 1)
  })

  test('subscriptions/listen stays open, is told of changes, and ends with its client', async () => {
    let told = 0
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      told += 1
    })
    const subscription = await client.listen({ toolsListChanged: true })
    for (let n = 1; n <= 3; n += 1) {
      upstream.toolsChanged()
      await until(() => told === n)
      // Longer than until the next comment.
      await new Promise((resolve) => setTimeout(resolve, 400))
    }
    await subscription.close()
    upstream.toolsChanged()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(told).toBe(3)
  })
})
