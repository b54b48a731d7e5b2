import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { expect, test } from 'vitest'
import { npmServer, scripted, startBridge, waitFor } from './fixtures/start-bridge.ts'

const everything = npmServer(
  import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'),
)
const info = { name: 'test', version: '1' }
const capabilities = { sampling: {}, elicitation: {}, roots: { listChanged: true } }
const reply = {
  sampling: {
    model: 'm',
    role: 'assistant' as const,
    content: { type: 'text' as const, text: 'sampled!' },
  },
  elicitation: { action: 'accept' as const, content: { name: 'Ada Lovelace' } },
  roots: { roots: [{ uri: 'file:///harbour', name: 'harbour' }] },
}

type Caller = {
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>
}

async function callAll(client: Caller): Promise<Record<string, string>> {
  const call = async (name: string, args: Record<string, unknown> = {}) =>
    JSON.stringify(await client.callTool({ name, arguments: args }))
  return {
    sampling: await call('trigger-sampling-request', { prompt: 'say it', maxTokens: 5 }),
    elicitation: await call('trigger-elicitation-request'),
  }
}

test('the client of SDK v1: everything in both directions', async () => {
  await using bridge = await startBridge(everything)
  const client = new ClientV1(info, { capabilities })
  const heard: string[] = []
  client.setRequestHandler(CreateMessageRequestSchema, async () => reply.sampling)
  client.setRequestHandler(ElicitRequestSchema, async () => reply.elicitation)
  client.setRequestHandler(ListRootsRequestSchema, async () => {
    heard.push('roots')
    return reply.roots
  })
  for (const schema of [
    LoggingMessageNotificationSchema,
    ResourceUpdatedNotificationSchema,
    ToolListChangedNotificationSchema,
  ])
    client.setNotificationHandler(
      schema as typeof LoggingMessageNotificationSchema,
      ({ method }) => {
        heard.push(method)
      },
    )
  await client.connect(new TransportV1(new URL(bridge.url)))
  const { sampling, elicitation } = await callAll(client)
  expect(sampling).toContain('sampled!')
  expect(elicitation).toContain('Ada Lovelace')
  await waitFor(() => heard.includes('roots'))
  expect(JSON.stringify(await client.callTool({ name: 'get-roots-list' }))).toContain('harbour')

  const progress: number[] = []
  await client.callTool(
    { name: 'trigger-long-running-operation', arguments: { duration: 0.4, steps: 4 } },
    undefined,
    { onprogress: (one) => progress.push(one.progress) },
  )
  expect(progress).toEqual([1, 2, 3, 4])

  await client.setLoggingLevel('debug')
  await client.callTool({ name: 'toggle-simulated-logging' })
  await waitFor(() => heard.includes('notifications/message'))

  const { resources } = await client.listResources()
  await client.subscribeResource({ uri: resources[0]?.uri ?? '' })
  await client.callTool({ name: 'toggle-subscriber-updates' })
  await waitFor(() => heard.includes('notifications/resources/updated'))

  const { completion } = await client.complete({
    ref: { type: 'ref/prompt', name: 'completable-prompt' },
    argument: { name: 'department', value: 'E' },
  })
  expect(completion.values).toEqual(['Engineering'])
  await client.close()
})

test('the client of SDK v1: list_changed and cancellation', async () => {
  await using bridge = await startBridge(scripted)
  const client = new ClientV1(info)
  let changes = 0
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void changes++)
  await client.connect(new TransportV1(new URL(bridge.url)))
  const messages = [{ method: 'notifications/tools/list_changed' }]
  await client.callTool({ name: 'emit', arguments: { messages } })
  await waitFor(() => changes === 1)
  const cancelling = new AbortController()
  const hanging = client.callTool({ name: 'hang' }, undefined, { signal: cancelling.signal })
  await client.ping()
  cancelling.abort('enough')
  await expect(hanging).rejects.toThrow('enough')
  await waitFor(() => bridge.log().includes('"reason":"enough"'))
  await client.ping()
  await client.close()
})

for (const mode of ['legacy', 'auto'] as const)
  test(`the client of SDK v2, ${mode}: asks, progress, completion, subscriptions`, async () => {
    await using bridge = await startBridge(everything)
    const client = new Client(info, { capabilities, versionNegotiation: { mode } })
    client.setRequestHandler('sampling/createMessage', async () => reply.sampling)
    client.setRequestHandler('elicitation/create', async () => reply.elicitation)
    client.setRequestHandler('roots/list', async () => reply.roots)
    await client.connect(new StreamableHTTPClientTransport(new URL(bridge.url)))
    expect(client.getProtocolEra()).toBe(mode === 'auto' ? 'modern' : 'legacy')
    const { sampling, elicitation } = await callAll(client)
    expect(sampling).toContain('sampled!')
    expect(elicitation).toContain('Ada Lovelace')
    const progress: number[] = []
    await client.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 0.4, steps: 4 } },
      // Those without a total are the client's own, of the rounds that it goes to be asked something.
      { onprogress: ({ progress: done, total }) => void (total && progress.push(done)) },
    )
    expect(progress).toEqual([1, 2, 3, 4])
    const { completion } = await client.complete({
      ref: { type: 'ref/prompt', name: 'completable-prompt' },
      argument: { name: 'department', value: 'E' },
    })
    expect(completion.values).toEqual(['Engineering'])
    await client.close()
  })
