import { expect, test } from 'vitest'
import { probe } from '../probe.ts'
import {
  callTool,
  eventsOf,
  initialize,
  listen,
  request,
  scripted,
  startBridge,
  waitFor,
} from './fixtures/start-bridge.ts'

test('stray lines on stdout are warned of and break nothing', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  expect((await bridge.post(callTool('noise'), session)).text).toContain('still here')
  await waitFor(() => bridge.log().includes('{broken'))
  for (const line of ['Starting up...', '{"no":"rpc"}', '{broken'])
    expect(bridge.log()).toMatch(
      new RegExp(`bridge: child \\d+: a line on stdout.*${line.replace(/[{.]/g, '\\$&')}`),
    )
})

test('one that dies in the middle of a call ends its session with an error that says why', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  const stream = await listen(bridge.url, { headers: session })
  const { body } = await bridge.post(callTool('die', {}, 9), session)
  expect(body).toMatchObject({ id: 9, error: { code: -32000 } })
  expect(body.error.message).toMatch(/^The server's process exited with code 7\..*out of luck$/)
  expect(await stream.next()).toBeNull()
  expect((await bridge.post(request('ping'), session)).status).toBe(404)
  expect((await bridge.post(initialize)).status).toBe(200)
})

test('one that exits at once says why in the answer to initialize, without its colours', async () => {
  await using bridge = await startBridge([...scripted, 'exit-at-once'])
  const { headers, body } = await bridge.post(initialize)
  expect(body.error.message).toMatch(/exited with code 3.*the key.*API_KEY is not set$/)
  expect(body.error.message).not.toContain('[31m')
  expect(headers.get('mcp-session-id')).toBeNull()
  expect(bridge.log()).toContain('cannot read \u001b[31mthe key')
})

test('one that is not there, and one that refuses, are told apart', async () => {
  await using missing = await startBridge(['/no/such/program'])
  expect((await missing.post(initialize)).body.error.message).toContain('ENOENT')
  await using refusing = await startBridge([...scripted, 'refuse'])
  const { body, headers } = await refusing.post(initialize)
  expect(body.error.message).toBe('The licence has expired.')
  expect(headers.get('mcp-session-id')).toBeNull()
})

test.each([
  ['exit-at-once', /exited with code 3.*API_KEY is not set/],
  ['refuse', /The licence has expired\./],
])('the handshake of a deployment shows why: %s', async (mode, why) => {
  await using bridge = await startBridge([...scripted, mode])
  const { signal } = new AbortController()
  await expect(probe({ url: bridge.url, timeoutMs: 20_000, signal })).rejects.toMatchObject({
    code: 'handshake_failed',
    userMessage: expect.stringMatching(why),
  })
})

test('one that never answers keeps nobody else from being served', async () => {
  await using bridge = await startBridge(scripted)
  const [stuck, other] = [await bridge.open(), await bridge.open()]
  const closing = new AbortController()
  const hanging = fetch(bridge.url, {
    method: 'POST',
    headers: { ...stuck, 'content-type': 'application/json' },
    body: JSON.stringify(callTool('hang')),
    signal: closing.signal,
  })
  expect((await bridge.post(request('ping', {}, 2), stuck)).status).toBe(200)
  expect((await bridge.post(request('ping'), other)).status).toBe(200)
  // Asked longer than a while the client gets a stream, so that it sees that somebody is there.
  expect((await hanging).headers.get('content-type')).toBe('text/event-stream')
  closing.abort()
})

test('one that floods waits for its client, and nothing is lost', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  const messages = 20_000
  const { text } = await bridge.post(callTool('flood', { messages, size: 1000 }), session)
  const events = eventsOf(text)
  expect(events).toHaveLength(messages + 1)
  expect(events.at(-1)?.data.result).toBeDefined()
})

test('a flood that nobody listens to is bounded', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  const onlyJson = { ...session, accept: 'application/json' }
  expect((await bridge.post(callTool('flood', { messages: 5000 }), onlyJson)).status).toBe(200)
  const stream = await listen(bridge.url, { headers: session })
  const first = Number.parseInt((await stream.next())?.data.params.data, 10)
  expect(first).toBeGreaterThan(5000 - 257)
  stream.close()
})

test('a line of 100 MB is left out, one of 30 MB passes', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  const after = await bridge.post(callTool('huge', { bytes: 100e6 }), session)
  expect(after.text).toContain('after the long line')
  expect(bridge.log()).toMatch(/a line of more than 67108864 bytes on stdout is left out/)
  const large = await bridge.post(callTool('large', { bytes: 30e6 }), session)
  expect(large.body.result.content[0].text).toHaveLength(30e6)
})

test('CRLF and bytes that are not UTF-8 are read', async () => {
  await using bridge = await startBridge([...scripted, 'crlf'])
  const session = await bridge.open()
  const events = eventsOf((await bridge.post(callTool('latin'), session)).text)
  expect(events.map(({ data }) => data.params?.data ?? data.id)).toEqual(['caf\ufffd', 1])
})

test('one that reads nothing gets no more than it can', async () => {
  await using bridge = await startBridge([...scripted, 'deaf'])
  const x = 'x'.repeat(20e6)
  // It has no answer to initialize: the stream opens after a while.
  const opened = await listen(bridge.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...initialize, params: { ...initialize.params, x } }),
  })
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
  const note = { jsonrpc: '2.0', method: 'notifications/x', params: { x } }
  expect((await bridge.post(note, session)).status).toBe(202)
  const { status, body } = await bridge.post(note, session)
  expect([status, body.error.message]).toEqual([503, 'The server does not read what it is sent.'])
  opened.close()
})

test('one that leaves somebody behind with its output ends all the same', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  const { text } = await bridge.post(callTool('daemon'), session)
  const daemon = Number(/"text":"(\d+)"/.exec(text)?.[1])
  const { body } = await bridge.post(callTool('die', {}, 2), session)
  expect(body.error.message).toMatch(/exited with code 7/)
  process.kill(daemon)
})
