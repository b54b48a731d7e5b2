import { expect, test } from 'vitest'
import {
  callTool,
  eventsOf,
  listen,
  type RunningBridge,
  request,
  scripted,
  startBridge,
  waitFor,
} from './fixtures/start-bridge.ts'

const key = (name: string) => `io.modelcontextprotocol/${name}`
const form = { message: 'Name?', requestedSchema: { type: 'object', properties: {} } }
const ask = { method: 'elicitation/create', params: form }

type Message = ReturnType<typeof request>
type How = { capabilities?: object; meta?: object; headers?: Record<string, string> }

/** A message with the envelope of 2026-07-28, and its headers. */
function modern(message: Message, { capabilities = {}, meta = {}, headers = {} }: How = {}) {
  const params = message.params as Record<string, unknown>
  const _meta = {
    [key('protocolVersion')]: '2026-07-28',
    [key('clientCapabilities')]: capabilities,
    ...meta,
  }
  const name = params.name ?? params.uri
  return {
    body: { ...message, params: { ...params, _meta } },
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': message.method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
      ...headers,
    },
  }
}

async function send(bridge: RunningBridge, message: Message, how: How = {}) {
  const { body, headers } = modern(message, how)
  return await bridge.post(body, headers)
}

async function textOf(bridge: RunningBridge, message: Message, how: How = {}): Promise<string> {
  return (await send(bridge, message, how)).body.result.content[0].text
}

test('discover is answered from initialize, and nothing may be kept', async () => {
  await using bridge = await startBridge(scripted)
  const { body } = await send(bridge, request('server/discover'))
  expect(body.result).toMatchObject({
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: { listChanged: true } },
    instructions: 'Do as you are told.',
    ttlMs: 0,
    cacheScope: 'private',
    _meta: { [key('serverInfo')]: { name: 'scripted' } },
  })
  const list = await send(bridge, request('tools/list'))
  expect(list.body.result).toMatchObject({
    resultType: 'complete',
    ttlMs: 0,
    cacheScope: 'private',
  })
  const call = await send(bridge, callTool('echo', {}))
  expect(call.body.result).toMatchObject({ resultType: 'complete' })
  expect(call.body.result.ttlMs).toBeUndefined()
  expect(bridge.log()).not.toContain('server/discover')
})

test('headers have to say what the body says', async () => {
  await using bridge = await startBridge(scripted)
  const errorOf = async (
    change: Record<string, string | undefined>,
    message = callTool('echo', { region: 'eu' }),
  ) => {
    const { body, headers } = modern(message, { headers: { 'mcp-param-region': 'eu' } })
    const all = Object.entries({ ...headers, ...change }).filter((entry) => entry[1] !== undefined)
    const answer = await bridge.post(body, Object.fromEntries(all) as Record<string, string>)
    return [answer.status, answer.body.error?.code]
  }
  expect(await errorOf({})).toEqual([200, undefined])
  expect(await errorOf({ 'mcp-method': 'tools/list' })).toEqual([400, -32020])
  expect(await errorOf({ 'mcp-method': undefined })).toEqual([400, -32020])
  expect(await errorOf({ 'mcp-name': 'other' })).toEqual([400, -32020])
  expect(await errorOf({ 'mcp-name': '=?base64?ZWNobw==?=' })).toEqual([200, undefined])
  expect(await errorOf({ 'mcp-param-region': 'us' })).toEqual([400, -32020])
  expect(await errorOf({ 'mcp-param-region': undefined })).toEqual([400, -32020])
  expect(await errorOf({ 'mcp-protocol-version': undefined })).toEqual([400, -32020])
  expect(await errorOf({ 'mcp-protocol-version': '2025-11-25' })).toEqual([400, -32020])
})

test('another version, a method that is gone or unknown, and a bad envelope are told apart', async () => {
  await using bridge = await startBridge(scripted)
  const later = modern(request('tools/list'), { meta: { [key('protocolVersion')]: '2099-01-01' } })
  const version = await bridge.post(later.body, {
    ...later.headers,
    'mcp-protocol-version': '2099-01-01',
  })
  expect(version.status).toBe(400)
  expect(version.body.error).toMatchObject({ code: -32022, data: { supported: ['2026-07-28'] } })
  for (const method of ['ping', 'initialize', 'logging/setLevel', 'no/such']) {
    const { status, body } = await send(bridge, request(method))
    expect([method, status, body.error.code]).toEqual([method, 404, -32601])
  }
  const bare = await bridge.post(request('tools/list'), { 'mcp-protocol-version': '2026-07-28' })
  expect([bare.status, bare.body.error.code]).toEqual([400, -32602])
  const notFound = await send(bridge, request('resources/read', { uri: 'x://y' }))
  expect(notFound.body.error.code).toBe(-32602)
})

test('a child that asks makes the client come back with the answer', async () => {
  await using bridge = await startBridge(scripted)
  const how = { capabilities: { elicitation: {} } }
  const first = (await send(bridge, callTool('ask', ask, 1), how)).body.result
  expect(first.resultType).toBe('input_required')
  const [name = '', asked] = Object.entries(first.inputRequests)[0] ?? []
  expect(asked).toEqual(ask)
  const retry = (id: number, more: object) => {
    const { params, ...message } = callTool('ask', ask, id)
    return { ...message, params: { ...params, ...more } }
  }
  const inputResponses = { [name]: { action: 'accept', content: { name: 'Ada' } }, other: {} }
  const last = retry(2, { inputResponses, requestState: first.requestState })
  expect(await textOf(bridge, last, how)).toContain('"content":{"name":"Ada"}')
  expect((await send(bridge, last, how)).body.error.code).toBe(-32602)
})

test('what the client leaves out it is asked again', async () => {
  await using bridge = await startBridge(scripted)
  const how = { capabilities: { elicitation: {}, roots: {} } }
  const first = (await send(bridge, callTool('askTwo'), how)).body.result
  const keys = Object.keys(first.inputRequests)
  expect(keys).toHaveLength(2)
  const resume = (state: string, key: string | undefined, result: object) => ({
    ...request('tools/call', {
      ...callTool('askTwo').params,
      inputResponses: { [key ?? '']: result },
      requestState: state,
    }),
  })
  const second = (await send(bridge, resume(first.requestState, keys[0], { roots: [] }), how)).body
    .result
  expect(Object.keys(second.inputRequests)).toEqual([keys[1]])
  expect(second.requestState).not.toBe(first.requestState)
  const done = resume(second.requestState, keys[1], { action: 'decline' })
  expect(await textOf(bridge, done, how)).toBe('[{"roots":[]},{"action":"decline"}]')
})

test('a page that has to be visited first is a question, where the client can', async () => {
  await using bridge = await startBridge(scripted)
  const can = { capabilities: { elicitation: { url: {} } } }
  const { result } = (await send(bridge, callTool('visit'), can)).body
  expect(result).toMatchObject({
    resultType: 'input_required',
    inputRequests: { 'url-1': { method: 'elicitation/create', params: { mode: 'url' } } },
  })
  expect(await textOf(bridge, callTool('visit'), can)).toBe('welcome back')
  expect((await send(bridge, callTool('visit'))).body.error.code).toBe(-32603)
})

test('a list is no place for a question: a child that asks there is told so', async () => {
  await using bridge = await startBridge([...scripted, 'asks-early'])
  const how = { capabilities: { roots: {} } }
  expect((await send(bridge, request('tools/list'), how)).body.result.resultType).toBe('complete')
  await waitFor(() => bridge.log().includes('asked: -32603'))
})

test('a state is good for its principal and its request alone', async () => {
  await using bridge = await startBridge(scripted)
  const how = (user: string) => ({
    capabilities: { elicitation: {} },
    headers: { 'moorage-user': user },
  })
  const { requestState } = (await send(bridge, callTool('ask', ask), how('ada'))).body.result
  const retry = (args: object) =>
    request('tools/call', { name: 'ask', arguments: args, requestState, inputResponses: {} })
  expect((await send(bridge, retry(ask), how('eve'))).status).toBe(400)
  expect((await send(bridge, retry({ ...ask, more: 1 }), how('ada'))).status).toBe(400)
  expect((await send(bridge, retry(ask), how('ada'))).body.result.resultType).toBe('input_required')
})

test('what the client cannot do is an error that names it', async () => {
  await using bridge = await startBridge(scripted)
  for (const capabilities of [{}, { roots: {} }]) {
    const { status, body } = await send(bridge, callTool('ask', ask), { capabilities })
    expect([status, body.error.code]).toEqual([400, -32021])
    expect(body.error.data).toEqual({ requiredCapabilities: { elicitation: {} } })
  }
})

test('children are shared by one principal with the same capabilities, and by nobody else', async () => {
  await using bridge = await startBridge(scripted)
  const pid = (capabilities: object, headers: Record<string, string> = {}) =>
    textOf(bridge, callTool('pid'), { capabilities, headers })
  const mine = await pid({})
  expect(await pid({})).toBe(mine)
  const others = [
    await pid({ roots: {} }),
    await pid({}, { 'moorage-user': 'ada' }),
    await pid({}, { 'moorage-user': 'eve' }),
    await pid({}, { 'moorage-key-id': 'key_1' }),
  ]
  expect(new Set([mine, ...others]).size).toBe(5)
  expect(await pid({}, { 'moorage-user': 'ada' })).toBe(others[1])
  expect(await textOf(bridge, callTool('capabilities'), { capabilities: { roots: {} } })).toBe(
    '{"roots":{}}',
  )
})

test('calls that may ask run beside each other, each with a child to itself', async () => {
  await using bridge = await startBridge(scripted)
  const capabilities = { elicitation: {} }
  const states = await Promise.all(
    [1, 2, 3].map(() => send(bridge, callTool('ask', ask), { capabilities })),
  )
  expect(new Set(states.map(({ body }) => body.result.requestState)).size).toBe(3)
})

test('progress has the token of the client, log messages come where a level was named', async () => {
  await using bridge = await startBridge(scripted)
  const progress = await send(bridge, callTool('progress'), { meta: { progressToken: 'mine' } })
  const tokens = eventsOf(progress.text).map(({ data }) => data.params?.progressToken)
  expect(tokens).toEqual(['mine', 'mine', undefined])
  const say = (level: string) => ({
    method: 'notifications/message',
    params: { level, data: level },
  })
  const both = callTool('emit', { messages: [say('info'), say('error')] })
  expect((await send(bridge, both)).body.result).toBeDefined()
  const logged = await send(bridge, both, { meta: { [key('logLevel')]: 'warning' } })
  expect(eventsOf(logged.text).map(({ data }) => data.params?.level)).toEqual(['error', undefined])
  expect(bridge.log()).toContain('level warning')
})

test('a client that closes its request takes it back', async () => {
  await using bridge = await startBridge(scripted)
  const { body, headers } = modern(callTool('hang'), { meta: { progressToken: 1 } })
  const closing = new AbortController()
  const hanging = fetch(bridge.url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: closing.signal,
  })
  await send(bridge, callTool('echo'))
  closing.abort()
  await expect(hanging).rejects.toThrow()
  await waitFor(() => bridge.log().includes('notifications/cancelled'))
  // What that child may still ask must not reach whoever calls next.
  await waitFor(() => bridge.log().includes('Its caller left while it could still ask.'))
  expect((await send(bridge, callTool('echo'))).body.result).toBeDefined()
})

test('subscriptions/listen tells what was asked for, and nothing else', async () => {
  await using bridge = await startBridge(scripted)
  const notifications = {
    toolsListChanged: true,
    promptsListChanged: true,
    resourceSubscriptions: ['test://a'],
  }
  const { body, headers } = modern(request('subscriptions/listen', { notifications }, 'sub'))
  const stream = await listen(bridge.url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const _meta = { [key('subscriptionId')]: 'sub' }
  expect((await stream.next())?.data).toEqual({
    jsonrpc: '2.0',
    method: 'notifications/subscriptions/acknowledged',
    params: {
      _meta,
      notifications: { toolsListChanged: true, resourceSubscriptions: ['test://a'] },
    },
  })
  await waitFor(() => bridge.log().includes('subscribe test://a'))
  const updated = (uri: string) => ({ method: 'notifications/resources/updated', params: { uri } })
  const changed = { method: 'notifications/tools/list_changed' }
  const messages = [
    updated('test://b'),
    updated('test://a'),
    { method: 'notifications/resources/list_changed' },
    changed,
  ]
  await send(bridge, callTool('emit', { messages }), { capabilities: { roots: {} } })
  expect((await stream.next())?.data.params).toEqual({ uri: 'test://a', _meta })
  expect((await stream.next())?.data).toMatchObject(changed)
  const other = { headers: { 'moorage-user': 'other' } }
  await send(bridge, callTool('emit', { messages: [changed] }), other)
  const stopped = bridge.stop()
  expect((await stream.next())?.data).toMatchObject({
    id: 'sub',
    result: { resultType: 'complete' },
  })
  await stopped
})

test('at the cap a request is refused with what to do, and both eras count', async () => {
  await using bridge = await startBridge(scripted, ['--max-children', '1'])
  await bridge.open()
  const { status, headers, body } = await send(bridge, request('tools/list'))
  expect([status, headers.get('retry-after')]).toEqual([503, '5'])
  expect(body).toMatchObject({ id: 1, error: { message: expect.stringContaining('All 1 places') } })
})
