import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { NotificationDelivery } from '@moorage/db/client'
import { addTarget, testTarget } from '@moorage/deployments/notifications/targets'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type BuilderFixture, startFixture, version } from '../pipeline-fixture.ts'

type Received = { path: string; headers: IncomingHttpHeaders; body: string }

let fixture: BuilderFixture
let address = ''
const received: Received[] = []
/** Paths whose next delivery is refused. */
const refusals = new Set<string>(['/again'])
const receiver = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  received.push({ path: request.url ?? '', headers: request.headers, body })
  const path = request.url ?? ''
  response.writeHead(path === '/broken' ? 500 : refusals.delete(path) ? 503 : 204).end()
})
const letters: string[] = []
const postOffice = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData: (stream, _session, done) => {
    void buffer(stream).then((data) => {
      letters.push(data.toString())
      done()
    })
  },
})

beforeAll(async () => {
  const mailbox = postOffice.listen(0, '127.0.0.1')
  await once(mailbox, 'listening')
  const mailAt = mailbox.address()
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const at = receiver.address()
  const host = `127.0.0.1:${typeof at === 'object' && at ? at.port : 0}`
  address = `http://${host}`
  fixture = await startFixture({ runtime: 'process', redis: false })
  await fixture.startBuilder({
    MOORAGE_TRUSTED_NOTIFICATION_HOSTS: host,
    MOORAGE_DASHBOARD_URL: 'http://moorage.test',
    MOORAGE_SMTP_URL: `smtp://127.0.0.1:${typeof mailAt === 'object' ? mailAt?.port : 0}`,
  })
})

afterAll(async () => {
  await fixture.endBuilder('SIGTERM')
  await fixture.close()
  receiver.close()
  await new Promise<void>((resolve) => postOffice.close(() => resolve()))
})

const add = (path: string, rest: { kind?: 'webhook' | 'slack'; url?: string } = {}) =>
  addTarget(fixture.deps, {
    teamId: fixture.team.id,
    kind: rest.kind ?? 'webhook',
    name: path,
    address: `${rest.url ?? address}${path}`,
    events: ['live', 'failed'],
  })
const at = (path: string) =>
  vi.waitFor(
    () => {
      const found = received.filter((one) => one.path === path)
      if (found.length === 0) throw new Error(`nothing at ${path} yet`)
      return found
    },
    { timeout: 20_000, interval: 50 },
  )
const lastOf = (targetId: string, isOver: (row: NotificationDelivery) => boolean) =>
  vi.waitFor(
    async () => {
      const row = await fixture.deps.db.notificationDelivery.findFirstOrThrow({
        where: { targetId },
        orderBy: { createdAt: 'desc' },
      })
      if (!isOver(row)) throw new Error(`${row.status} after ${row.attempts}`)
      return row
    },
    { timeout: 20_000, interval: 50 },
  )

test('a webhook is told that a version is live and that one failed, signed over time and body', async () => {
  const { secret, id } = await add('/hook')
  const server = await fixture.newServer()
  const first = await fixture.push(server, version('1'))
  await fixture.settled(first.id)
  const broken = await fixture.push(server, { 'server.js': 'process.exit(3)' })
  await fixture.settled(broken.id)
  await vi.waitFor(
    () => expect(received.filter((one) => one.path === '/hook')).toHaveLength(2),
    20_000,
  )
  const [live, failed] = await at('/hook')
  expect(JSON.parse(live?.body ?? '')).toMatchObject({
    event: 'live',
    server: { slug: server.slug },
    deployment: { id: first.id, failure: null },
    url: `http://moorage.test/servers/${server.slug}/deployments/${first.id}`,
  })
  expect(JSON.parse(failed?.body ?? '')).toMatchObject({
    event: 'failed',
    deployment: { id: broken.id, failure: { step: 'handshake' } },
  })
  const [, time, mac] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(failed?.headers['moorage-signature'])) ?? []
  expect(mac).toBe(
    createHmac('sha256', secret ?? '')
      .update(`${time}.${failed?.body}`)
      .digest('hex'),
  )
  await lastOf(id, ({ status }) => status === 'delivered')
})

test('what is Slack-compatible gets a text with a link, and a name cannot make one of its own', async () => {
  await add('/slack', { kind: 'slack' })
  const server = await fixture.newServer()
  await fixture.deps.db.notificationTarget.deleteMany({ where: { name: '/hook' } })
  const { id } = await fixture.push(server, { 'server.js': 'process.exit(3)' })
  await fixture.settled(id)
  const [told] = await at('/slack')
  const { text } = JSON.parse(told?.body ?? '')
  expect(text).toContain(`failed in handshake`)
  expect(text).toContain(`<http://moorage.test/servers/${server.slug}/deployments/${id}|Open it>`)
  expect(told?.headers).not.toHaveProperty('moorage-signature')
})

test('an e-mail says in its subject what happened', async () => {
  const { id: teamId } = fixture.team
  const to = { kind: 'email', name: 'Ada', address: 'ada@example.com' } as const
  const { id } = await addTarget(fixture.deps, { teamId, ...to, events: ['live', 'failed'] })
  await testTarget(fixture.deps, { teamId, id })
  await lastOf(id, ({ status }) => status === 'delivered')
  expect(letters.join()).toContain('Subject: A test from Moorage: notices arrive here.')
})

test('a delivery that is refused stays and is tried again; a test says at once how it went', async () => {
  const { teamId, id } = { teamId: fixture.team.id, id: (await add('/broken')).id }
  await testTarget(fixture.deps, { teamId, id })
  expect(await lastOf(id, (row) => row.status === 'failed')).toMatchObject({
    result: 'It answered 500.',
  })
  const again = await add('/again')
  const server = await fixture.newServer()
  await fixture.settled((await fixture.push(server, version('1'))).id)
  const waiting = await lastOf(
    again.id,
    ({ result, status }) => result !== null && status === 'waiting',
  )
  expect(waiting.attempts).toBe(1)
  expect(waiting.dueAt.getTime()).toBeGreaterThan(Date.now() + 10_000)
  await fixture.deps.db.notificationDelivery.update({
    where: { id: waiting.id },
    data: { dueAt: new Date() },
  })
  expect(await lastOf(again.id, ({ status }) => status === 'delivered')).toMatchObject({
    attempts: 2,
  })
})

test('a server that crashes again and again is told of once, and one that crashed once is not', async () => {
  const { db } = fixture.deps
  const { id: targetId } = await addTarget(fixture.deps, {
    ...{ teamId: fixture.team.id, kind: 'webhook', name: 'crashes' },
    ...{ address: `${address}/crashes`, events: ['crash_loop'] },
  })
  const server = await fixture.newServer()
  const code = version('1')['server.js'] ?? ''
  const fragile = code.replace(
    'const server =',
    'const crash = () => process.exit(7)\nconst server =',
  )
  const answering = fragile.replace('=> {', "=> {\n  if (request.method === 'DELETE') crash()")
  const { id } = await fixture.push(server, { 'server.js': answering })
  await fixture.settled(id)
  const told = () => db.notificationDelivery.findMany({ where: { targetId } })
  const crashes = () =>
    db.logLine.count({
      where: { deploymentId: id, stream: 'system', text: { contains: 'code 7' } },
    })
  const crashOnce = async () => {
    const before = await crashes()
    await vi.waitFor(
      async () => {
        const [row] = (await fixture.read(id)).instances
        await fetch(`http://${row?.host}:${row?.port}/mcp`, { method: 'DELETE' }).catch(() => {})
        expect(await crashes()).toBe(before + 1)
      },
      { timeout: 30_000, interval: 100 },
    )
  }
  for (const _ of [1, 2, 3]) await crashOnce()
  expect(await told()).toEqual([])
  await crashOnce()
  await vi.waitFor(async () => expect(await told()).toHaveLength(1), 10_000)
  const [notice] = await at('/crashes')
  expect(JSON.parse(notice?.body ?? '')).toMatchObject({
    event: 'crash_loop',
    ...{ server: { slug: server.slug }, deployment: { id } },
  })
})

test('sends nothing to a private address that no operator named', async () => {
  const { id } = await add('/metadata', { url: 'http://169.254.169.254' })
  await testTarget(fixture.deps, { teamId: fixture.team.id, id })
  const { result } = await lastOf(id, ({ status }) => status === 'failed')
  expect(result).toContain('private network')
})
