import { expect, test } from 'vitest'
import {
  callTool,
  eventsOf,
  isAlive,
  listen,
  request,
  scripted,
  startBridge,
  waitFor,
} from './fixtures/start-bridge.ts'

test('a session has a child of its own, and what goes through it is not touched', async () => {
  await using bridge = await startBridge(scripted)
  const [a, b] = [await bridge.open(), await bridge.open()]
  await bridge.post(callTool('count'), a)
  expect((await bridge.post(callTool('count'), a)).text).toContain('"text":"2"')
  expect((await bridge.post(callTool('count'), b)).text).toContain('"text":"1"')
  const answer = await bridge.post(request('x-custom/method', { any: 'thing' }, 'ab'), a)
  expect(answer.body).toEqual({ jsonrpc: '2.0', id: 'ab', result: { got: { any: 'thing' } } })
  expect(answer.headers.get('content-type')).toBe('application/json')
  const raw = '{"jsonrpc":"2.0",\n"method":"notifications/x","params":{"n":12345678901234567890}}'
  await bridge.post(raw, a)
  await waitFor(() => bridge.log().includes(`got ${raw.replace('\n', ' ')}`))
})

test('what comes before the answer makes it a stream, and only on the POST that it belongs to', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  const params = { name: 'progress', arguments: {}, _meta: { progressToken: 'mine' } }
  const [waited, progress] = await Promise.all([
    bridge.post(callTool('wait', { ms: 300 }, 1), session),
    bridge.post(request('tools/call', params, 2), session),
  ])
  expect(waited.body).toMatchObject({ id: 1 })
  expect(progress.headers.get('content-type')).toBe('text/event-stream')
  expect(eventsOf(progress.text).map(({ data }) => data.params?.progress ?? data.id)).toEqual([
    1, 2, 2,
  ])
})

test('messages without a request wait for the GET stream', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  const changed = { method: 'notifications/tools/list_changed' }
  const onlyJson = { ...session, accept: 'application/json' }
  const answer = await bridge.post(callTool('emit', { messages: [changed] }), onlyJson)
  expect(answer.body.result).toBeDefined()
  const stream = await listen(bridge.url, { headers: session })
  expect((await stream.next())?.data).toMatchObject(changed)
  stream.close()
})

test('a batch of 2025-03-26 is taken apart for the child and answered as one', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open('2025-03-26')
  const batch = [
    request('ping', {}, 1),
    { jsonrpc: '2.0', method: 'notifications/x' },
    request('nope', {}, 2),
  ]
  const { body } = await bridge.post(batch, { ...session, accept: 'application/json' })
  expect(body.map(({ id }: { id: number }) => id).sort()).toEqual([1, 2])
  expect(eventsOf((await bridge.post(batch, session)).text)).toHaveLength(2)
  const later = await bridge.open('2025-06-18')
  expect((await bridge.post(batch, later)).status).toBe(400)
})

test('a client that lost its stream gets what it missed, once', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open('2025-11-25')
  const say = (data: number) => ({
    method: 'notifications/message',
    params: { level: 'info', data },
  })
  const first = await listen(bridge.url, { headers: session })
  await waitFor(() => first.headers.get('content-type') === 'text/event-stream')
  const onlyJson = { ...session, accept: 'application/json' }
  await bridge.post(callTool('emit', { messages: [say(1), say(2), say(3)] }), onlyJson)
  const seen = await first.next()
  expect(first.text()).toMatch(/^id: \S+\nretry: \d+\ndata: \n\n/)
  first.close()
  const again = await listen(bridge.url, {
    headers: { ...session, 'last-event-id': seen?.id ?? '' },
  })
  expect((await again.next())?.data.params.data).toBe(2)
  expect((await again.next())?.data.params.data).toBe(3)
  again.close()
})

test('a request whose connection broke goes on and can be resumed', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open('2025-11-25')
  const broken = await listen(bridge.url, {
    method: 'POST',
    headers: { ...session, 'content-type': 'application/json' },
    body: JSON.stringify(callTool('ask', { method: 'roots/list' }, 'ask')),
  })
  const asked = await broken.next()
  expect(asked?.data.method).toBe('roots/list')
  broken.close()
  await bridge.post({ jsonrpc: '2.0', id: asked?.data.id, result: { roots: [] } }, session)
  const headers = { ...session, 'last-event-id': asked?.id ?? '' }
  const resumed = await listen(bridge.url, { headers })
  expect((await resumed.next())?.data).toMatchObject({ id: 'ask', result: {} })
  expect(await resumed.next()).toBeNull()
  const unknown = await listen(bridge.url, { headers: { ...session, 'last-event-id': 'p9-9999' } })
  expect(unknown.status).toBe(400)
})

test('a request that the client takes back ends, and the child hears of it', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  const hanging = bridge.post(callTool('hang', {}, 77), session)
  const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 77 } }
  await bridge.post(request('ping', {}, 2), session)
  expect((await bridge.post(cancelled, session)).status).toBe(202)
  expect((await hanging).body.error.message).toContain('took the request back')
  await waitFor(() =>
    bridge.log().includes('got {"jsonrpc":"2.0","method":"notifications/cancelled"'),
  )
})

test('DELETE ends the child with all that it started, and the session is not known any more', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  const pid = Number((await bridge.post(callTool('pid'), session)).body.result.content[0].text)
  const grandchild = await bridge.post(callTool('grandchild'), session)
  const grandchildPid = Number(grandchild.body.result.content[0].text)
  expect((await fetch(bridge.url, { method: 'DELETE', headers: session })).status).toBe(200)
  expect((await bridge.post(request('ping'), session)).status).toBe(404)
  await waitFor(() => !isAlive(pid) && !isAlive(grandchildPid))
})

test('what is wrong with a request is said as the specification wants it', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  const statusOf = async (body: unknown, headers = {}) => (await bridge.post(body, headers)).status
  expect(await statusOf(request('ping'))).toBe(400)
  expect(await statusOf(request('ping'), { 'mcp-session-id': 'unknown' })).toBe(404)
  expect(
    await statusOf(request('ping'), { ...session, 'mcp-protocol-version': '1999-01-01' }),
  ).toBe(400)
  expect(await statusOf(request('ping'), { ...session, accept: 'text/html' })).toBe(406)
  expect(await statusOf(request('ping'), { ...session, 'content-type': 'text/plain' })).toBe(415)
  expect((await bridge.post('{', session)).body.error.code).toBe(-32700)
  expect((await bridge.post('{"id":1}', session)).body.error.code).toBe(-32600)
  expect((await bridge.post('[]', session)).body.error.code).toBe(-32600)
  expect(await statusOf('x'.repeat(33 * 1024 * 1024), session)).toBe(413)
  // Of a length that is not told beforehand.
  const endless = new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(1024 * 1024)) })
  const tooLong = fetch(bridge.url, {
    method: 'POST',
    headers: { ...session, 'content-type': 'application/json' },
    body: endless,
    duplex: 'half',
  } as RequestInit)
  expect((await tooLong).status).toBe(413)
  expect((await fetch(bridge.url, { method: 'PUT' })).status).toBe(405)
  expect((await fetch(`${bridge.origin}/other`)).status).toBe(404)
  expect(await statusOf(request('ping'), session)).toBe(200)
})

test('an id that is still open cannot be used again', async () => {
  await using bridge = await startBridge(scripted)
  const session = await bridge.open()
  const first = bridge.post(callTool('wait', { ms: 500 }, 5), session)
  await bridge.post(request('ping', {}, 6), session)
  expect((await bridge.post(callTool('echo', {}, 5), session)).status).toBe(400)
  expect((await first).status).toBe(200)
})

test('at the cap a client is told so, and a free place is taken again', async () => {
  await using bridge = await startBridge(scripted, ['--max-children', '1'])
  const session = await bridge.open()
  const clientInfo = { name: 'test', version: '1' }
  const initialize = request('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo,
  })
  const refused = await bridge.post(initialize)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('5')
  expect(refused.body.error.message).toMatch(/All 1 places.*--max-children/)
  await fetch(bridge.url, { method: 'DELETE', headers: session })
  await waitFor(() => bridge.log().includes('The client ended the session'))
  expect((await bridge.post(initialize)).status).toBe(200)
})

test('an idle child ends; one with an open stream or a running request does not', async () => {
  await using bridge = await startBridge(scripted, ['--idle-seconds', '1'])
  const [idle, listening, busy] = [await bridge.open(), await bridge.open(), await bridge.open()]
  const stream = await listen(bridge.url, { headers: listening })
  const running = bridge.post(callTool('wait', { ms: 4000 }), busy)
  await waitFor(() => bridge.log().includes('idle for 1 s'))
  expect((await bridge.post(request('ping'), idle)).status).toBe(404)
  expect((await bridge.post(request('ping'), listening)).status).toBe(200)
  expect((await running).status).toBe(200)
  stream.close()
})

test('SIGTERM ends the bridge and its children, a stubborn one too', async () => {
  await using bridge = await startBridge([...scripted, 'stubborn'])
  const session = await bridge.open()
  const pid = Number((await bridge.post(callTool('pid'), session)).body.result.content[0].text)
  expect(await bridge.stop()).toBe(0)
  expect(isAlive(pid)).toBe(false)
})
