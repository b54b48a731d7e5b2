import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, connect, echo, send } from './testing/client.ts'
import { startPlatform, type TestPlatform, type TestServer, until } from './testing/platform.ts'
import {
  endSession,
  initialize,
  inSession,
  json,
  listTools,
  openSession,
} from './testing/raw-session.ts'
import { startSessionServer, startSseServer, type Upstream } from './testing/upstream.ts'

let platform: TestPlatform
let teamId: string
let key: string
let routers: { url: string; nodeId: string }[]
const upstreams: Upstream[] = []

beforeAll(async () => {
  platform = await startPlatform()
  teamId = await platform.addTeam()
  key = (await platform.addKey(teamId)).key
  routers = [await platform.startRouter(), await platform.startRouter()]
})

afterAll(async () => {
  await platform.close()
  await Promise.all(upstreams.map((upstream) => upstream.stop()))
})

async function sessionServer(name: string) {
  const upstream = await startSessionServer(name)
  upstreams.push(upstream)
  return upstream
}

/** A server with these instances, and its URL at each of the two routers. */
async function serve(ports: number[], routing = {}, plan = {}) {
  const server = await platform.addServer(teamId, { routing })
  const { instanceIds, version } = await platform.deploy(server, ports, plan)
  for (const { nodeId } of routers) await platform.drained(nodeId, version, [])
  const [a = '', b = ''] = routers.map(({ url }) => `${url}/${server.slug}/mcp`)
  return { server, instanceIds, a, b }
}

/** To a new instance, without waiting for the drain of the old one. */
async function redeploy(server: TestServer, port: number) {
  const deployed = await platform.deploy(server, port)
  for (const { nodeId } of routers) await platform.drained(nodeId, deployed.version, [])
  return deployed
}

test('what the client watches and how much it wants to hear holds on over a redeploy', async () => {
  const v1 = await sessionServer('v1')
  const { server, instanceIds, a } = await serve([v1.port])
  const client = await connect(a, key, 'legacy')
  const updated: string[] = []
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    updated.push(params.uri)
  })
  await client.subscribeResource({ uri: 'test://one' })
  await client.subscribeResource({ uri: 'test://two' })
  await client.unsubscribeResource({ uri: 'test://one' })
  await client.setLoggingLevel('error')
  const v2 = await sessionServer('v2')
  const { version } = await redeploy(server, v2.port)
  for (const { nodeId } of routers) await platform.drained(nodeId, version, instanceIds)
  await platform.removeInstances(instanceIds)
  await v1.stop()
  const touched = () => client.callTool({ name: 'touch', arguments: {} })
  expect((await touched()).content).toEqual([{ type: 'text', text: 'error test://two' }])
  // Told on the stream for notifications, which the client has opened again.
  await until(async () => {
    await touched()
    return updated.includes('test://two')
  })
  expect(updated).not.toContain('test://one')
  await client.close()
})

test('where re-opening is off, the old instance stays until its sessions have ended', async () => {
  const v1 = await sessionServer('v1')
  const { server, instanceIds, a } = await serve([v1.port], { reopenSessions: false })
  const ended = await openSession(a, key)
  const capped = await openSession(a, key)
  const v2 = await sessionServer('v2')
  await redeploy(server, v2.port)
  const busy = async () => {
    const rows = await platform.db.routerNode.findMany()
    return rows.some((row) => row.busy.includes(instanceIds[0] ?? ''))
  }
  await until(busy)
  for (const id of [ended, capped]) expect((await listTools(a, id, key)).status).toBe(200)
  expect(v2.sessions.size).toBe(0)
  await endSession(a, ended, key)
  expect(await busy()).toBe(true)
  await endSession(a, capped, key)
  await until(async () => !(await busy()))
})

test('where re-opening is off, a session ends with 404 when its instance goes at the cap', async () => {
  const v1 = await sessionServer('v1')
  const { server, instanceIds, a, b } = await serve([v1.port], { reopenSessions: false })
  const id = await openSession(a, key)
  await redeploy(server, (await sessionServer('v2')).port)
  await platform.removeInstances(instanceIds)
  await v1.stop()
  await platform.events.publish({ type: 'server', serverId: server.id })
  await until(async () => (await listTools(a, id, key)).status === 404)
  expect((await listTools(b, id, key)).status).toBe(404)
})

test('a session is known to every router by the time its client knows it, and so is its owner', async () => {
  const { a, b } = await serve([(await sessionServer('shared')).port])
  const other = await platform.addKey(teamId)
  await until(async () => (await send(b, { headers: bearer(other.key) })).status !== 401)
  for (let i = 0; i < 25; i += 1) {
    const id = await openSession(i % 2 ? a : b, key)
    expect((await listTools(i % 2 ? b : a, id, key)).status).toBe(200)
    expect((await listTools(i % 2 ? b : a, id, other.key)).status).toBe(404)
  }
})

test('a session that ended at one router is 404 at the other', async () => {
  const upstream = await sessionServer('ended')
  const { a, b } = await serve([upstream.port])
  const id = await openSession(a, key)
  expect((await listTools(b, id, key)).status).toBe(200)
  expect((await endSession(a, id, key)).status).toBe(200)
  await until(async () => (await platform.db.session.count({ where: { sessionId: id } })) === 0)
  const seen = upstream.seen.length
  await until(async () => (await listTools(b, id, key)).status === 404)
  const after = upstream.seen.length
  expect((await listTools(b, id, key)).status).toBe(404)
  // It is the router that knows: the instance is not asked any more.
  expect(upstream.seen.length).toBe(after)
  expect(after - seen).toBeLessThan(50)
})

test('two routers that open a session again at once end up with the same one', async () => {
  const v1 = await sessionServer('v1')
  const { server, a, b } = await serve([v1.port])
  const ids = await Promise.all(Array.from({ length: 10 }, () => openSession(a, key)))
  for (const id of ids) expect((await listTools(b, id, key)).status).toBe(200)
  const v2 = await sessionServer('v2')
  await redeploy(server, v2.port)
  const both = ids.flatMap((id) => [listTools(a, id, key), listTools(b, id, key)])
  for (const answer of await Promise.all(both)) expect(answer.status).toBe(200)
  // The second of two has ended what it began.
  await until(() => v2.sessions.size === ids.length)
  for (const id of ids)
    for (const mcp of [a, b]) expect((await listTools(mcp, id, key)).status).toBe(200)
  expect(v2.sessions.size).toBe(ids.length)
})

test('an answer that comes to another router than its question reaches the old instance that asked', async () => {
  const v1 = await sessionServer('v1')
  const { server, a, b } = await serve([v1.port])
  const id = await openSession(a, key, { sampling: {} })
  // So the other router knows the session, and has yet to learn of the question.
  expect((await listTools(b, id, key)).status).toBe(200)
  const headers = inSession(key, id)
  const post = (mcp: string, message: object) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    return fetch(mcp, { method: 'POST', headers, body })
  }
  const questions = await fetch(a, { headers })
  const call = await post(a, { id: 7, method: 'tools/call', params: { name: 'ask' } })
  const question = await firstMessage(questions)
  expect(question.method).toBe('sampling/createMessage')
  await redeploy(server, (await sessionServer('v2')).port)
  // The session moves while the question is open, first at one router and then at the other.
  for (const mcp of [a, b]) expect((await listTools(mcp, id, key)).status).toBe(200)
  const content = { type: 'text', text: 'yes' }
  const answer = { id: question.id, result: { model: 'm', role: 'assistant', content } }
  expect((await post(b, answer)).status).toBe(202)
  expect((await firstMessage(call)).result.content).toEqual([{ type: 'text', text: 'v1: yes' }])
})

/** The first JSON-RPC message of a stream of events. */
async function firstMessage({ body }: Response) {
  let text = ''
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    const [, data] = /^data: (\{.*)$/m.exec(text) ?? []
    if (data) return JSON.parse(data)
  }
  throw new Error(`The stream ended: ${text}`)
}

test('an instance that dies takes its own sessions with it and no other', async () => {
  const both = [await sessionServer('left'), await sessionServer('right')] as const
  const { a } = await serve(
    both.map(({ port }) => port),
    { reopenSessions: false },
  )
  const ids: string[] = []
  while (both.some(({ sessions }) => sessions.size < 3)) ids.push(await openSession(a, key))
  const [left, right] = both
  await left.stop()
  for (const id of ids)
    expect((await listTools(a, id, key)).status, id).toBe(right.sessions.has(id) ? 200 : 404)
  for (let i = 0; i < 5; i += 1) {
    const id = await openSession(a, key)
    expect(right.sessions.has(id)).toBe(true)
  }
})

test('with re-opening, the sessions of an instance that dies go on at another', async () => {
  const both = [await sessionServer('left'), await sessionServer('right')] as const
  const { a } = await serve(both.map(({ port }) => port))
  const clients = await Promise.all(Array.from({ length: 6 }, () => connect(a, key, 'legacy')))
  expect(both.every(({ sessions }) => sessions.size > 0)).toBe(true)
  await both[0].stop()
  for (const client of clients) expect(await echo(client, 'x')).toBe('right: x')
  await Promise.all(clients.map((client) => client.close()))
})

test('a POST of HTTP+SSE that comes to another router than its stream reaches its instance', async () => {
  const both = [await startSseServer('left'), await startSseServer('right')]
  upstreams.push(...both)
  const plan = { path: '/sse', transport: 'sse' }
  const { a, b } = await serve(
    both.map(({ port }) => port),
    {},
    plan,
  )
  const other = await platform.addKey(teamId)
  const knock = () => send(b, { method: 'POST', headers: bearer(other.key) })
  await until(async () => (await knock()).status !== 401)
  for (let i = 0; i < 4; i += 1) {
    const stream = await fetch(a, { headers: bearer(key) })
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    const [endpoint = ''] = ((await reader?.read())?.value ?? '').match(/\/\S+/) ?? []
    const post = (as: string) =>
      send(new URL(endpoint, b).href, {
        method: 'POST',
        headers: { ...bearer(as), ...json },
        body: JSON.stringify(initialize),
      })
    expect((await post(other.key)).status).toBe(404)
    expect((await post(key)).status).toBe(202)
    expect((await reader?.read())?.value).toContain('"serverInfo"')
    await reader?.cancel()
  }
  const named = { ...bearer(key), 'mcp-session-id': 'sse anything' }
  expect((await send(a, { method: 'POST', headers: named })).status).toBe(404)
})
