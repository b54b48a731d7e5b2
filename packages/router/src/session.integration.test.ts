import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, connect, echo, isServed, send } from './testing/client.ts'
import { startPlatform, type TestPlatform, type TestServer, until } from './testing/platform.ts'
import { initialize, json, listTools as list, openSession as open } from './testing/raw-session.ts'
import {
  readAll,
  startSessionServer,
  startSseServer,
  startUpstream,
  type Upstream,
} from './testing/upstream.ts'

let platform: TestPlatform
let teamId: string
let key: string
let nodeId: string
let url: string
const upstreams: Upstream[] = []

beforeAll(async () => {
  platform = await startPlatform()
  teamId = await platform.addTeam()
  key = (await platform.addKey(teamId)).key
  const started = await platform.startRouter()
  url = started.url
  nodeId = started.nodeId
})

afterAll(async () => {
  await platform.close()
  await Promise.all(upstreams.map((upstream) => upstream.stop()))
})

async function sessionServer(name: string, options: { delayMs?: number } = {}) {
  const upstream = await startSessionServer(name, options)
  upstreams.push(upstream)
  return upstream
}

async function addServer(): Promise<TestServer & { mcp: string }> {
  const server = await platform.addServer(teamId)
  return { ...server, mcp: `${url}/${server.slug}/mcp` }
}

async function isUp(mcp: string): Promise<void> {
  await until(() => isServed(mcp, key))
}

/** Deploys the new one and takes the old one away, as the builder does. */
async function replace(
  server: TestServer,
  old: { ids: string[]; upstream: Upstream },
  next: Upstream,
) {
  const { version, instanceIds } = await platform.deploy(server, next.port)
  await platform.drained(nodeId, version, old.ids)
  await platform.removeInstances(old.ids)
  await old.upstream.stop()
  return instanceIds
}

const openSession = (mcp: string, as = key) => open(mcp, as)
const listTools = (mcp: string, sessionId: string, as = key) => list(mcp, sessionId, as)

test('a session belongs to the key that opened it, whatever protocol another one claims', async () => {
  const server = await addServer()
  const upstream = await sessionServer('bound')
  await platform.deploy(server, upstream.port)
  await isUp(server.mcp)
  const other = await platform.addKey(teamId)
  const sessionId = await openSession(server.mcp)
  await until(async () => (await send(server.mcp, { headers: bearer(other.key) })).status !== 401)

  expect((await listTools(server.mcp, sessionId)).status).toBe(200)
  const seen = upstream.seen.length
  const stolen = await listTools(server.mcp, sessionId, other.key)
  const unknown = await listTools(server.mcp, 'no-such-session', other.key)
  for (const answer of [stolen, unknown]) {
    expect(answer.status).toBe(404)
    expect(JSON.parse(answer.text).error).toMatchObject({
      code: -32001,
      message: 'Session not found',
    })
  }
  for (const method of ['POST', 'GET', 'DELETE']) {
    const headers = {
      ...bearer(other.key),
      'mcp-session-id': sessionId,
      'mcp-protocol-version': '2026-07-28',
    }
    expect((await send(server.mcp, { method, headers })).status).toBe(404)
  }
  expect(upstream.seen.length).toBe(seen)
})

test('sessions stay with the instance that opened them', async () => {
  const server = await addServer()
  const both = [await sessionServer('left'), await sessionServer('right')]
  await platform.deploy(
    server,
    both.map(({ port }) => port),
  )
  await isUp(server.mcp)
  const clients = await Promise.all(
    Array.from({ length: 8 }, () => connect(server.mcp, key, 'legacy')),
  )
  for (let round = 0; round < 3; round += 1)
    for (const client of clients) expect(await echo(client, 'x')).toMatch(/^(left|right): x$/)
  expect(both.every((upstream) => upstream.sessions.size > 0)).toBe(true)
  await Promise.all(clients.map((client) => client.close()))
})

test('a client that never handles 404 goes on working over a redeploy', async () => {
  const server = await addServer()
  const v1 = await sessionServer('v1')
  const v2 = await sessionServer('v2')
  const { instanceIds } = await platform.deploy(server, v1.port)
  await isUp(server.mcp)
  const client = await connect(server.mcp, key, 'legacy')
  const raw = await openSession(server.mcp)
  expect(await echo(client, 'a')).toBe('v1: a')
  // The client holds a stream for notifications open; the drain ends all the same.
  await replace(server, { ids: instanceIds, upstream: v1 }, v2)
  const answers = await Promise.all([echo(client, 'b'), echo(client, 'c'), echo(client, 'd')])
  expect(answers).toEqual(['v2: b', 'v2: c', 'v2: d'])

  const listed = await listTools(server.mcp, raw)
  expect(listed.status).toBe(200)
  expect(listed.headers['mcp-session-id']).toBe(raw)
  const ended = await send(server.mcp, {
    method: 'DELETE',
    headers: { ...bearer(key), 'mcp-session-id': raw, 'mcp-protocol-version': '2025-11-25' },
  })
  expect(ended.status).toBe(200)
  expect((await listTools(server.mcp, raw)).status).toBe(404)
  // Opened once for each of the two, not once a request.
  expect(v2.seen.filter(({ method }) => method === 'DELETE')).toHaveLength(1)
  expect(v2.sessions.size).toBe(1)
  await client.close()
})

test('a call in flight at the old instance finishes there while the route moves on', async () => {
  const server = await addServer()
  const v1 = await sessionServer('v1', { delayMs: 1_500 })
  const v2 = await sessionServer('v2')
  const { instanceIds } = await platform.deploy(server, v1.port)
  await isUp(server.mcp)
  const client = await connect(server.mcp, key, 'legacy')
  const slow = echo(client, 'slow')
  await until(async () => {
    const row = await platform.db.routerNode.findUnique({ where: { id: nodeId } })
    return row?.busy.includes(instanceIds[0] ?? '') ?? false
  })
  await replace(server, { ids: instanceIds, upstream: v1 }, v2)
  expect(await slow).toBe('v1: slow')
  expect(await echo(client, 'next')).toBe('v2: next')
  await client.close()
})

test('an answer to the question of an instance that drains reaches that instance', async () => {
  const server = await addServer()
  const v1 = await sessionServer('v1')
  const v2 = await sessionServer('v2')
  const { instanceIds } = await platform.deploy(server, v1.port)
  await isUp(server.mcp)
  const client = await connect(server.mcp, key, 'legacy')
  let moved = () => {}
  const asked = new Promise<void>((resolve) => {
    client.setRequestHandler('sampling/createMessage', async () => {
      resolve()
      await new Promise<void>((go) => {
        moved = go
      })
      return {
        model: 'm',
        role: 'assistant' as const,
        content: { type: 'text' as const, text: 'yes' },
      }
    })
  })
  const call = client.callTool({ name: 'ask', arguments: {} })
  await asked
  const replaced = replace(server, { ids: instanceIds, upstream: v1 }, v2)
  await until(async () => {
    const row = await platform.db.routerNode.findUniqueOrThrow({ where: { id: nodeId } })
    const route = await platform.db.route.findUniqueOrThrow({ where: { serverId: server.id } })
    return row.ackedVersion >= route.version
  })
  moved()
  expect((await call).content).toEqual([{ type: 'text', text: 'v1: yes' }])
  await replaced
  await client.close()
})

test('where the new instance speaks otherwise, the client gets 404', async () => {
  const server = await addServer()
  const old = await sessionServer('old')
  const first = await platform.deploy(server, old.port)
  await isUp(server.mcp)
  const id = await openSession(server.mcp)
  await replace(server, { ids: first.instanceIds, upstream: old }, await sessionServer('new'))
  const headers = {
    ...bearer(key),
    ...json,
    'mcp-session-id': id,
    'mcp-protocol-version': '2025-06-18',
  }
  expect((await send(server.mcp, { method: 'POST', headers, body: '{}' })).status).toBe(404)
})

test('restarts in place lose no session, while its stream for notifications looks for the instance too', async () => {
  const server = await addServer()
  let running = await sessionServer('run 0')
  const { instanceIds } = await platform.deploy(server, running.port)
  await isUp(server.mcp)
  const client = await connect(server.mcp, key, 'legacy')
  for (let restarts = 1; restarts <= 15; restarts += 1) {
    await running.stop()
    running = await sessionServer(`run ${restarts}`)
    await platform.db.instance.updateMany({
      where: { id: { in: instanceIds } },
      data: { port: running.port, restarts },
    })
    // No event: the refused connection alone makes the router look again.
    expect(await echo(client, 'x')).toBe(`run ${restarts}: x`)
  }
  await client.close()
})

test('a connection that breaks off costs a session nothing: the same instance is asked again', async () => {
  const server = await addServer()
  const seen: string[] = []
  const upstream = await startUpstream(async (req, res) => {
    const { method } = JSON.parse((await readAll(req)).toString() || '{"method":"none"}')
    seen.push(method)
    const isFirst = seen.filter((one) => one === method).length === 1
    if (method === 'tools/list' && isFirst) return req.socket.destroy()
    res.writeHead(200, { 'Content-Type': 'application/json', 'Mcp-Session-Id': 'the-one' })
    res.end('{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25"}}')
  })
  upstreams.push(upstream)
  await platform.deploy(server, upstream.port)
  await isUp(server.mcp)
  const id = await openSession(server.mcp)
  expect((await listTools(server.mcp, id)).status).toBe(200)
  const isOurs = (method: string) => method !== 'none'
  expect(seen.filter(isOurs)).toEqual(['initialize', 'tools/list', 'tools/list'])
})

test('sessions survive a restart of the router', async () => {
  const server = await addServer()
  const upstream = await sessionServer('kept')
  await platform.deploy(server, upstream.port)
  await isUp(server.mcp)
  const sessionId = await openSession(server.mcp)
  await until(async () => (await platform.db.session.findFirst({ where: { sessionId } })) !== null)
  const second = await platform.startRouter()
  const mcp = `${second.url}/${server.slug}/mcp`
  expect((await listTools(mcp, sessionId)).status).toBe(200)
  const other = await platform.addKey(teamId)
  await until(async () => (await listTools(mcp, sessionId, other.key)).status === 404)
  await second.router.close()
  expect(await platform.db.routerNode.findUnique({ where: { id: second.nodeId } })).toBeNull()
})

test('HTTP+SSE of 2024-11-05 works under the slug, and its endpoint belongs to its key', async () => {
  const server = await platform.addServer(teamId)
  const upstream = await startSseServer('sse')
  upstreams.push(upstream)
  await platform.deploy(server, upstream.port, { path: '/sse' })
  const at = `${url}/${server.slug}`
  await isUp(`${at}/messages`)

  const stream = await fetch(`${at}/sse`, { headers: bearer(key) })
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  const first = (await reader?.read())?.value ?? ''
  const endpoint = first.match(/^event: endpoint\ndata: (\S+)\n\n$/)?.[1] ?? ''
  expect(endpoint).toMatch(new RegExp(`^/${server.slug}/messages\\?sessionId=`))
  const post = (as: string, more = '') =>
    send(url + endpoint + more, {
      method: 'POST',
      headers: { ...bearer(as), ...json },
      body: JSON.stringify(initialize),
    })
  const other = await platform.addKey(teamId)
  await until(async () => (await post(other.key)).status === 404)
  expect((await post(other.key, '&x=1')).status).toBe(404)
  expect((await post(key)).status).toBe(202)
  expect((await reader?.read())?.value).toContain('"serverInfo":{"name":"sse"')
  await reader?.cancel()
})
