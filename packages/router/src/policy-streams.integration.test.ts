import { newId } from '@moorage/domain/id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, isServed } from './testing/client.ts'
import { startPlatform, type TestPlatform, type TestServer, until } from './testing/platform.ts'
import { startUpstream, type Upstream } from './testing/upstream.ts'

// What a change of rules, of who may call, or of a key's tools does to streams that are open.

let platform: TestPlatform
let upstream: Upstream
let url: string
let teamId: string
/** Ends the call that is under way. */
let finish = () => {}
/** Ends what is left open: a router waits for calls when it ends. */
const leaving = new AbortController()

beforeAll(async () => {
  platform = await startPlatform()
  upstream = await startUpstream(async (req, res) => {
    if (req.url !== '/mcp') return void res.writeHead(404).end()
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const uri of ['books://open', 'books://closed'])
      res.write(event({ method: 'notifications/resources/updated', params: { uri } }))
    if (!Buffer.concat(chunks).includes('tools/call')) return
    finish = () => res.end(event({ id: 1, result: { content: [] } }))
  })
  teamId = await platform.addTeam()
  url = (await platform.startRouter()).url
})

afterAll(async () => {
  leaving.abort()
  await platform?.close()
  await upstream?.stop()
})

const event = (message: object) => `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`

/** What stays open: a GET of a session, a subscription of 2026-07-28, and a call that takes its time. */
const kinds = {
  get: null,
  listen: { method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true } } },
  call: { method: 'tools/call', params: { name: 'read_book' } },
}

async function open({ slug }: TestServer, key: string, kind: keyof typeof kinds) {
  const message = kinds[kind]
  const answer = await fetch(`${url}/${slug}/mcp`, {
    method: message ? 'POST' : 'GET',
    signal: leaving.signal,
    headers: {
      ...bearer(key),
      accept: 'application/json, text/event-stream',
      ...(message ? { 'content-type': 'application/json' } : {}),
    },
    ...(message ? { body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }) } : {}),
  })
  expect(answer.status).toBe(200)
  const stream = { text: '', end: null as null | 'whole' | 'broken' }
  const ended = (end: 'whole' | 'broken') => {
    stream.end = end
  }
  void (async () => {
    for await (const chunk of answer.body ?? []) stream.text += new TextDecoder().decode(chunk)
  })().then(
    () => ended('whole'),
    () => ended('broken'),
  )
  await until(() => stream.text.includes('books://open'))
  return stream
}

/** A member with a key of theirs, and all that they have open at a server of their own. */
async function openAll(policy: object = {}) {
  const userId = newId('usr')
  const email = `${userId}@test.test`
  await platform.db.user.create({ data: { id: userId, name: 'Ann', email } })
  await platform.db.member.create({ data: { teamId, userId, role: 'developer' } })
  const { id: keyId, key } = await platform.addKey(teamId, { createdById: userId })
  const server = await platform.addServer(teamId, { policy })
  await platform.deploy(server, upstream.port)
  await until(() => isServed(`${url}/${server.slug}/other`, key))
  const streams = {
    get: await open(server, key, 'get'),
    listen: await open(server, key, 'listen'),
    call: await open(server, key, 'call'),
  }
  return { server, userId, keyId, key, ...streams }
}
type OpenAll = Awaited<ReturnType<typeof openAll>>

async function setPolicy({ server }: OpenAll, policy: object): Promise<void> {
  await platform.db.server.update({ where: { id: server.id }, data: { policy } })
  await platform.events.publish({ type: 'server', serverId: server.id })
}

async function holdKeyTo({ keyId }: OpenAll, uses: object): Promise<void> {
  await platform.db.apiKey.update({ where: { id: keyId }, data: { uses } })
  await platform.events.publish({ type: 'key', keyId })
}

const rule = (who: string[], allow: string[]) => ({
  rules: [{ who, resources: { allow } }],
})

test.each<[string, object, (open: OpenAll) => Promise<void>]>([
  ['a rule that is new', {}, (open) => setPolicy(open, rule(['everyone'], ['books://open']))],
  [
    'a rule that changes',
    rule(['role:developer'], ['books://open']),
    (open) => setPolicy(open, rule([`member:${open.userId}`], ['books://*'])),
  ],
  ['a rule that is dropped', rule(['everyone'], ['books://open']), (open) => setPolicy(open, {})],
  ['tools of a key', {}, (open) => holdKeyTo(open, { tools: { allow: ['read_*'] } })],
])(
  '%s: streams for notifications begin anew within a second, and a call goes on to its answer',
  async (_what, before, change) => {
    const all = await openAll(before)
    const startedMs = performance.now()
    await change(all)
    await until(() => all.get.end !== null && all.listen.end !== null)
    expect(performance.now() - startedMs).toBeLessThan(1_000)
    expect([all.get.end, all.listen.end]).toEqual(['whole', 'whole'])
    expect(all.call.end).toBeNull()
    finish()
    await until(() => all.call.end !== null)
    expect(all.call).toMatchObject({ end: 'whole', text: expect.stringContaining('"result"') })
  },
)

test('a stream that begins anew is held to the rules of now', async () => {
  const all = await openAll()
  expect(all.get.text).toContain('books://closed')
  await setPolicy(all, rule(['everyone'], ['books://open']))
  await until(() => all.get.end !== null)
  for (const kind of ['get', 'listen'] as const) {
    const { text } = await open(all.server, all.key, kind)
    expect(text).not.toContain('books://closed')
  }
})

test.each<[string, (open: OpenAll) => object]>([
  ['others are chosen', () => ({ mayCall: 'chosen', chosen: ['key:key_other'] })],
  ['nobody is chosen', () => ({ mayCall: 'chosen' })],
  ['the policy cannot be read', () => ({ rules: 'none' })],
])(
  '%s: all that a caller has open breaks off within a second, a call too',
  async (_what, policy) => {
    const all = await openAll()
    const startedMs = performance.now()
    await setPolicy(all, policy(all))
    const streams = [all.get, all.listen, all.call]
    await until(() => streams.every(({ end }) => end !== null))
    expect(performance.now() - startedMs).toBeLessThan(1_000)
    expect(all.call.text).not.toContain('"result"')
  },
)

test('what does not change what a caller may use ends nothing of theirs', async () => {
  const all = await openAll(rule(['role:developer'], ['books://open']))
  const chosen = [`member:${all.userId}`]
  await setPolicy(all, { mayCall: 'chosen', chosen, ...rule(['role:developer'], ['books://open']) })
  const others = { who: ['role:viewer'], tools: { allow: [] } }
  const { rules } = rule(['role:developer'], ['books://open'])
  await setPolicy(all, { mayCall: 'chosen', chosen, rules: [others, ...rules] })
  // The router knows of all of that once it knows of this.
  const other = await openAll()
  await setPolicy(other, { mayCall: 'chosen' })
  await until(() => other.get.end !== null)
  expect([all.get.end, all.listen.end, all.call.end]).toEqual([null, null, null])
})
