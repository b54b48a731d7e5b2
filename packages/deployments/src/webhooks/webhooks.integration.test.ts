import { createHmac, randomBytes } from 'node:crypto'
import type { Server } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createServer } from '../create-server.ts'
import { startDeps, type TestDeps } from '../testing/start-deps.ts'
import { updateServer } from '../update-server.ts'
import type { RepositoryLook } from './follow-event.ts'
import { rotateHookSecret } from './hook-secret.ts'
import { listDeliveries, readPayload } from './list-deliveries.ts'
import { claimDelivery, processDelivery, tidyDeliveries } from './process-delivery.ts'
import { receiveDelivery } from './receive-delivery.ts'
import { redeliver } from './redeliver.ts'
import { listRefusals, noteRefusal } from './refusals.ts'

let deps: TestDeps
let teamId: string
const actor = { id: 'usr_1', name: 'Ada' }
const sha = () => randomBytes(20).toString('hex')

beforeAll(async () => {
  deps = await startDeps()
  teamId = newId('team')
  await deps.db.team.create({ data: { id: teamId, slug: 'one', name: 'One' } })
})

afterAll(() => deps.close())

let count = 0
async function newServer(more: { repo?: string; rootDir?: string; team?: string } = {}) {
  const slug = `server-${++count}`
  const repoUrl = `https://example.com/acme/${more.repo ?? slug}.git`
  const { rootDir, team = teamId } = more
  const server = await createServer(deps, { teamId: team, slug, repoUrl, rootDir }, actor)
  const secret = await rotateHookSecret(deps, { teamId: team, serverId: server.id }, actor)
  return { server, secret }
}

type Hook = Awaited<ReturnType<typeof newServer>>

const pushed = (server: Server, change: object = {}) => ({
  ref: 'refs/heads/main',
  after: sha(),
  head_commit: { message: 'A commit\n\nwith a body' },
  repository: { clone_url: server.repoUrl, full_name: 'acme/x' },
  ...change,
})

/** As GitHub sends it. */
function send(
  { server, secret }: Hook,
  body: object,
  { id = newId('req'), event = 'push', key = secret } = {},
) {
  const bytes = Buffer.from(JSON.stringify(body))
  const signature = createHmac('sha256', key).update(bytes).digest('hex')
  const headers = new Headers({
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': id,
    'x-hub-signature-256': `sha256=${signature}`,
  })
  return receiveDelivery(deps, { serverId: server.id, headers, readBody: async () => bytes })
}

const everything: RepositoryLook = { headOf: async () => null, hasChanged: async () => true }

/** As a builder does it: all that waits, in its order. */
async function follow(look: RepositoryLook = everything) {
  const all = []
  for (let next = await claimDelivery(deps); next; next = await claimDelivery(deps))
    all.push(...(await processDelivery({ ...deps, look }, next)))
  return all
}

const deploymentsOf = (server: Server) =>
  deps.db.deployment.findMany({
    where: { serverId: server.id },
    orderBy: { createdAt: 'asc' },
  })

test('a signed push deploys the exact commit that it names, and is kept with what came of it', async () => {
  const hook = await newServer()
  const body = pushed(hook.server)
  const { id, isNew } = await send(hook, body)
  expect(isNew).toBe(true)
  await follow()
  expect(await deploymentsOf(hook.server)).toMatchObject([
    { commitSha: body.after, commitMessage: 'A commit', trigger: 'webhook', kind: 'production' },
  ])
  const of = { serverId: hook.server.id }
  expect(await listDeliveries(deps, of)).toMatchObject([
    { id, forge: 'github', event: 'push', status: 'done', result: [{ outcome: 'deployed' }] },
  ])
  expect(JSON.parse((await readPayload(deps, { ...of, id })) ?? '')).toEqual(body)
  expect(await readPayload(deps, { serverId: 'srv_other', id })).toBeNull()
})

test('a forged delivery, one for another server, and one without a webhook leave nothing behind', async () => {
  const hook = await newServer()
  const other = await newServer()
  const body = pushed(hook.server)
  for (const key of ['guessed', other.secret])
    await expect(send(hook, body, { key })).rejects.toMatchObject({ code: 'unauthenticated' })
  await deps.db.server.update({ where: { id: hook.server.id }, data: { hookSecret: null } })
  await expect(send(hook, body)).rejects.toMatchObject({ code: 'not_found' })
  expect(await deps.db.webhookDelivery.count({ where: { serverId: hook.server.id } })).toBe(0)
})

test('refused deliveries are counted by reason, with nothing of what they held, and fill no disk', async () => {
  const hook = await newServer()
  const of = { serverId: hook.server.id }
  for (let at = 0; at < 30; at++)
    await expect(send(hook, { token: 'sk-secret', at }, { key: 'guessed' })).rejects.toThrow()
  const headers = new Headers({ 'x-unknown': 'sk-secret' })
  const readBody = async () => Buffer.from('sk-secret')
  await expect(receiveDelivery(deps, { ...of, headers, readBody })).rejects.toThrow()
  const refusals = await listRefusals(deps, of)
  expect(refusals).toMatchObject([
    { why: expect.stringContaining('no delivery of a forge'), count: 1 },
    { why: expect.stringContaining('not made with the secret'), count: 30 },
  ])
  expect(JSON.stringify(refusals)).not.toContain('sk-secret')
  // Whoever has the secret can be wrong in many ways: the oldest go.
  for (let at = 0; at < 25; at++)
    await noteRefusal(deps, hook.server.id, new AppError('bad_input', `Wrong in way ${at}.`))
  expect(await listRefusals(deps, of)).toHaveLength(20)
  await deps.db.refusedDelivery.updateMany({ data: { lastAt: new Date(0) } })
  await tidyDeliveries(deps)
  expect(await listRefusals(deps, of)).toEqual([])
})

test('without an address of a webhook nobody makes us read a body', async () => {
  const readBody = async () => {
    throw new Error('it was read')
  }
  const nobody = { serverId: 'srv_nobody', headers: new Headers(), readBody }
  await expect(receiveDelivery(deps, nobody)).rejects.toMatchObject({ code: 'not_found' })
})

test('a delivery counts once: tried again, at the same moment, or replayed under another id', async () => {
  const hook = await newServer()
  const body = pushed(hook.server)
  const answers = await Promise.all([1, 2, 3, 4].map(() => send(hook, body, { id: 'same' })))
  expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1)
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
  await follow()
  // The id is not signed: whoever has listened may change it, the content not.
  expect(await send(hook, body, { id: 'another' })).toMatchObject({ isNew: false })
  await follow()
  expect(await deploymentsOf(hook.server)).toHaveLength(1)
})

test('with a new secret the one before is refused at once, and neither is kept in the clear', async () => {
  const hook = await newServer()
  const secret = await rotateHookSecret(deps, { teamId, serverId: hook.server.id }, actor)
  const body = pushed(hook.server)
  await expect(send(hook, body)).rejects.toMatchObject({ code: 'unauthenticated' })
  expect((await send({ ...hook, secret }, body)).isNew).toBe(true)
  const row = await deps.db.server.findUniqueOrThrow({ where: { id: hook.server.id } })
  expect(row.hookSecret).not.toContain(secret)
  await follow()
})

test('one delivery deploys every server of the team with this repository below whose paths something changed, and no other team', async () => {
  const { server: first, ...hook } = await newServer({ repo: 'mono', rootDir: 'one' })
  const { server: second } = await newServer({ repo: 'mono', rootDir: 'two' })
  const { server: elsewhere } = await newServer({ repo: 'other' })
  const team = newId('team')
  await deps.db.team.create({ data: { id: team, slug: 'three', name: 'Three' } })
  const { server: foreign } = await newServer({ repo: 'mono', team })
  await send({ server: first, ...hook }, pushed(first))
  await follow()
  for (const server of [first, second]) expect(await deploymentsOf(server)).toHaveLength(1)
  const asked: object[] = []
  const onlyTwo: RepositoryLook = {
    ...everything,
    hasChanged: async (_server, change) => {
      asked.push(change)
      return change.paths.some((path) => path.startsWith('two'))
    },
  }
  const [before] = await deploymentsOf(first)
  const body = pushed(first)
  await send({ server: first, ...hook }, body)
  const result = await follow(onlyTwo)
  expect(result).toMatchObject([
    { slug: first.slug, outcome: 'nothing', message: expect.stringContaining('below one/**') },
    { slug: second.slug, outcome: 'deployed' },
  ])
  expect(asked[0]).toEqual({ from: before?.commitSha, to: body.after, paths: ['one/**'] })
  for (const server of [elsewhere, foreign]) expect(await deploymentsOf(server)).toHaveLength(0)
})

test('paths to watch take the place of the root directory', async () => {
  const hook = await newServer({ rootDir: 'app' })
  const watchPaths = ['app/**', 'shared/**']
  const change = { pushing: { watchPaths } }
  await updateServer(deps, { teamId, serverId: hook.server.id, change }, actor)
  await send(hook, pushed(hook.server))
  await follow()
  let asked: string[] = []
  await send(hook, pushed(hook.server))
  await follow({
    ...everything,
    hasChanged: async (_server, { paths }) => {
      asked = paths
      return false
    },
  })
  expect(asked).toEqual(watchPaths)
})

test('a skipped commit, a tag, and what is deployed already deploy nothing, and say why', async () => {
  const hook = await newServer()
  const body = pushed(hook.server)
  await send(hook, body)
  await send(hook, { ...body, pusher: 'a second webhook of the same repository' })
  await send(hook, pushed(hook.server, { ref: 'refs/tags/v1' }))
  await send(hook, pushed(hook.server, { head_commit: { message: 'x [skip moorage]' } }))
  await send(hook, pushed(hook.server, { after: '0'.repeat(40) }))
  expect((await follow()).map(({ outcome, message }) => [outcome, message])).toEqual([
    ['deployed', expect.any(String)],
    ['nothing', expect.stringContaining('deployed already')],
    ['nothing', 'Tags are not deployed.'],
    ['nothing', expect.stringContaining('says not to deploy it')],
    ['nothing', expect.stringContaining('what is live stays')],
  ])
})

test('a delivery about another repository, or to a server without one, is kept and does nothing', async () => {
  const hook = await newServer()
  const elsewhere = { clone_url: 'https://example.com/eve/evil.git', full_name: 'eve/evil' }
  await send(hook, pushed(hook.server, { repository: elsewhere }))
  expect(await follow()).toMatchObject([{ outcome: 'nothing' }])
  expect(await deploymentsOf(hook.server)).toEqual([])
})

test('a branch gets a preview, a pull request of it shares it, and it goes with the branch', async () => {
  const hook = await newServer()
  const { server } = hook
  const body = pushed(server, { ref: 'refs/heads/feature/x' })
  await send(hook, body)
  const request = (action: string, head: object = {}) => ({
    action,
    number: 7,
    pull_request: {
      title: 'A feature',
      head: { ref: 'feature/x', sha: body.after, repo: { full_name: 'acme/x' }, ...head },
    },
    repository: body.repository,
  })
  await send(hook, request('opened'), { event: 'pull_request' })
  expect(await follow()).toMatchObject([{ outcome: 'deployed' }, { outcome: 'nothing' }])
  const previews = () => deps.db.preview.findMany({ where: { serverId: server.id } })
  expect(await previews()).toMatchObject([{ name: 'feature-x', ref: 'feature/x', request: 7 }])
  await send(hook, { ...body, after: '0'.repeat(40) })
  expect(await follow()).toMatchObject([{ outcome: 'removed' }])
  expect(await previews()).toEqual([])
})

test('where previews are for pull requests alone, a branch without one gets none', async () => {
  const hook = await newServer()
  const { server } = hook
  const change = { pushing: { previews: 'requests' } } as const
  await updateServer(deps, { teamId, serverId: server.id, change }, actor)
  const body = pushed(server, { ref: 'refs/heads/x' })
  await send(hook, body)
  const head = { ref: 'x', sha: body.after, repo: { full_name: 'acme/x' } }
  const request = { number: 1, repository: body.repository, pull_request: { title: 'T', head } }
  await send(hook, { ...request, action: 'opened' }, { event: 'pull_request' })
  await send(hook, { ...request, action: 'closed' }, { event: 'pull_request' })
  expect((await follow()).map(({ outcome }) => outcome)).toEqual(['nothing', 'deployed', 'removed'])
})

test("a fork's pull request waits, whatever branch it names, and runs nothing", async () => {
  const hook = await newServer()
  const head = { ref: 'main', sha: sha(), repo: { full_name: 'eve/x' } }
  const { repository } = pushed(hook.server)
  const pull_request = { title: 'Trust me', head }
  const body = { action: 'opened', number: 3, repository, pull_request }
  await send(hook, body, { event: 'pull_request' })
  expect(await follow()).toMatchObject([
    { outcome: 'waits', message: expect.stringContaining('eve/x waits for approval') },
  ])
  expect(await deploymentsOf(hook.server)).toEqual([])
  expect(await deps.db.preview.findMany({ where: { serverId: hook.server.id } })).toMatchObject([
    { name: 'pr-3', ref: 'refs/pull/3/head', fork: 'eve/x', pendingSha: head.sha },
  ])
})

test('what failed is said, and can be done once more from what was kept', async () => {
  const hook = await newServer()
  const { id: serverId } = hook.server
  const change = (maxPreviews: number) =>
    updateServer(deps, { teamId, serverId, change: { pushing: { maxPreviews } } }, actor)
  await change(1)
  await send(hook, pushed(hook.server, { ref: 'refs/heads/one' }))
  const { id } = await send(hook, pushed(hook.server, { ref: 'refs/heads/two' }))
  await expect(redeliver(deps, { serverId, id })).rejects.toMatchObject({ code: 'conflict' })
  expect(await follow()).toMatchObject([{ outcome: 'deployed' }, { outcome: 'failed' }])
  expect((await listDeliveries(deps, { serverId }))[0]).toMatchObject({
    status: 'failed',
    result: [{ message: expect.stringContaining('which is its limit') }],
  })
  await change(2)
  await redeliver(deps, { serverId, id })
  expect(await follow()).toMatchObject([{ outcome: 'deployed' }])
  await expect(redeliver(deps, { serverId: 'srv_other', id })).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('deliveries to one server are followed in their order, and what a dead builder held is taken up again', async () => {
  const hook = await newServer()
  await send(hook, pushed(hook.server))
  await send(hook, pushed(hook.server))
  const first = await claimDelivery(deps)
  expect(await claimDelivery(deps), 'the second waits for the first').toBeNull()
  const claimedAt = new Date(Date.now() - 3600_000)
  await deps.db.webhookDelivery.update({ where: { id: first?.id ?? '' }, data: { claimedAt } })
  expect((await claimDelivery(deps))?.id).toBe(first?.id)
  await deps.db.webhookDelivery.deleteMany({ where: { serverId: hook.server.id } })
})

test('an old delivery loses its payload and can still not be sent again', async () => {
  const hook = await newServer()
  const body = pushed(hook.server)
  const { id } = await send(hook, body)
  await follow()
  const receivedAt = new Date(Date.now() - 40 * 86_400_000)
  await deps.db.webhookDelivery.update({ where: { id }, data: { receivedAt } })
  await tidyDeliveries(deps)
  const serverId = hook.server.id
  expect(await readPayload(deps, { serverId, id })).toBeNull()
  await expect(redeliver(deps, { serverId, id })).rejects.toMatchObject({ code: 'conflict' })
  expect((await send(hook, body, { id: 'later' })).isNew).toBe(false)
})
