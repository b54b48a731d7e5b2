import { randomBytes } from 'node:crypto'
import type { Server, Team } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cancelDeployment } from './cancel-deployment.ts'
import { type Claim, claimDeployment } from './claim-deployment.ts'
import { createDeployment } from './create-deployment.ts'
import { createServer } from './create-server.ts'
import { resolveDeploymentEnv } from './deployment-env.ts'
import { isDrained } from './drain-state.ts'
import { listEnvVars, setEnvVar } from './env-vars.ts'
import { failDeployment } from './finish-deployment.ts'
import { beginStep, endStep } from './record-step.ts'
import { removeServer } from './remove-server.ts'
import { rollbackDeployment } from './rollback-deployment.ts'
import { switchRoute } from './switch-route.ts'
import { startDeps, type TestDeps } from './testing/start-deps.ts'
import { requeueUnfinished } from './unfinished-deployments.ts'

let deps: TestDeps
let team: Team
let other: Team
const actor = { id: 'usr_1', name: 'Ada' }
const sha = () => randomBytes(20).toString('hex')

beforeAll(async () => {
  deps = await startDeps()
  team = await deps.db.team.create({ data: { id: newId('team'), slug: 'one', name: 'One' } })
  other = await deps.db.team.create({ data: { id: newId('team'), slug: 'two', name: 'Two' } })
})

afterAll(() => deps.close())

let count = 0
const newServer = (input: { repoUrl?: string } = {}) =>
  createServer(deps, { teamId: team.id, slug: `server-${++count}`, ...input }, actor)

const push = (server: Server) =>
  createDeployment(
    deps,
    { teamId: team.id, serverId: server.id, trigger: 'push', commitSha: sha() },
    actor,
  )

async function claim(deploymentId: string): Promise<Claim> {
  const result = await claimDeployment(deps, deploymentId)
  if (!('claim' in result)) throw new Error('nothing to claim')
  return result.claim
}

async function goLive(server: Server): Promise<{ claim: Claim; instanceId: string }> {
  const claimed = await claim((await push(server)).id)
  await beginStep(deps, claimed, 'build')
  await endStep(deps, claimed, 'build', { imageId: `sha256:${sha()}` })
  const instanceId = newId('ins')
  await deps.db.instance.create({
    data: {
      id: instanceId,
      serverId: server.id,
      deploymentId: claimed.deployment.id,
      runtime: 'process',
      host: '127.0.0.1',
      port: 1,
    },
  })
  await beginStep(deps, claimed, 'switch')
  await switchRoute(deps, claimed, instanceId)
  return { claim: claimed, instanceId }
}

const status = async (id: string) =>
  (await deps.db.deployment.findUniqueOrThrow({ where: { id } })).status

test('two servers never share a name, and the second is told so', async () => {
  const server = await newServer()
  await expect(
    createServer(deps, { teamId: other.id, slug: server.slug }, actor),
  ).rejects.toMatchObject({ code: 'conflict' })
})

test('an ssh repository gets a deploy key whose private half is stored sealed', async () => {
  const server = await newServer({ repoUrl: 'git@example.com:acme/weather.git' })
  expect(server.deployKeyPublic).toMatch(/^ssh-ed25519 /)
  expect(server.deployKey).not.toContain('PRIVATE KEY')
})

test('a server without a repository and without a push cannot be deployed', async () => {
  const server = await newServer()
  await expect(
    createDeployment(deps, { teamId: team.id, serverId: server.id, trigger: 'manual' }, actor),
  ).rejects.toMatchObject({ code: 'bad_input', hint: expect.stringContaining('git') })
})

test("nobody deploys another team's server by knowing its id", async () => {
  const server = await newServer()
  await expect(
    createDeployment(
      deps,
      { teamId: other.id, serverId: server.id, trigger: 'push', commitSha: sha() },
      actor,
    ),
  ).rejects.toMatchObject({ code: 'not_found' })
})

test('of many simultaneous pushes exactly the newest stays queued', async () => {
  const server = await newServer()
  await Promise.all(Array.from({ length: 8 }, () => push(server)))
  const rows = await deps.db.deployment.findMany({
    where: { serverId: server.id },
    orderBy: { createdAt: 'asc' },
  })
  expect(rows.map((row) => row.status)).toEqual([...Array(7).fill('superseded'), 'queued'])
})

test('a commit that a webhook and a look at the repository tell of at once is deployed once', async () => {
  const server = await newServer()
  const [commitSha, other] = [sha(), sha()]
  const follow = (trigger: 'webhook' | 'check', of = commitSha) =>
    createDeployment(deps, { teamId: team.id, serverId: server.id, trigger, commitSha: of }, actor)
  const [one, ...rest] = await Promise.all([follow('webhook'), follow('check'), follow('webhook')])
  expect(rest.map(({ id }) => id)).toEqual([one.id, one.id])
  const next = await follow('check', other)
  const rows = await deps.db.deployment.findMany({ where: { serverId: server.id } })
  expect(rows.map(({ id, status }) => [id, status]).sort()).toEqual(
    [
      [one.id, 'superseded'],
      [next.id, 'queued'],
    ].sort(),
  )
})

test('a commit that comes back while its own build is being stopped is built again', async () => {
  const server = await newServer()
  const [commitSha, other] = [sha(), sha()]
  const follow = (of: string) =>
    createDeployment(
      deps,
      { teamId: team.id, serverId: server.id, trigger: 'webhook', commitSha: of },
      actor,
    )
  const first = await follow(commitSha)
  await beginStep(deps, await claim(first.id), 'fetch')
  const between = await follow(other)
  const again = await follow(commitSha)
  expect(again.id).not.toBe(first.id)
  const read = (id: string) => deps.db.deployment.findUniqueOrThrow({ where: { id } })
  expect([(await read(between.id)).status, (await read(again.id)).status]).toEqual([
    'superseded',
    'queued',
  ])
  // What is being stopped still takes one of the team's three places.
  await deps.db.server.delete({ where: { id: server.id } })
})

test('a push while an older one is being built asks that one to stop', async () => {
  const server = await newServer()
  const first = await claim((await push(server)).id)
  await beginStep(deps, first, 'fetch')
  await push(server)
  await expect(endStep(deps, first, 'fetch')).rejects.toMatchObject({ code: 'canceled' })
})

test('a worker that lost its claim can write nothing any more', async () => {
  const server = await newServer()
  const { id } = await push(server)
  const slow = await claim(id)
  await beginStep(deps, slow, 'fetch')
  const second = await claim(id)
  await expect(endStep(deps, slow, 'fetch')).rejects.toMatchObject({ code: 'canceled' })
  expect(
    await failDeployment(deps, slow, {
      step: 'fetch',
      code: 'x',
      message: 'x',
      hint: null,
      lastLines: [],
      exitCode: null,
    }),
  ).toBe(false)
  await endStep(deps, second, 'fetch', { commitSha: sha() })
  expect(await status(id)).toBe('building')
})

test('does not overwrite a canceled deployment', async () => {
  const server = await newServer()
  const deployment = await push(server)
  await cancelDeployment(deps, { teamId: team.id, deploymentId: deployment.id }, actor)
  expect(await status(deployment.id)).toBe('canceled')
  expect(await claimDeployment(deps, deployment.id)).toEqual({ nothingToDo: true })
  await expect(
    cancelDeployment(deps, { teamId: team.id, deploymentId: deployment.id }, actor),
  ).rejects.toMatchObject({ code: 'conflict' })
})

test('a deployment canceled while it runs ends as canceled when it is claimed again', async () => {
  const server = await newServer()
  const first = await claim((await push(server)).id)
  await beginStep(deps, first, 'build')
  const { id } = first.deployment
  await cancelDeployment(deps, { teamId: team.id, deploymentId: id }, actor)
  expect(await claimDeployment(deps, id)).toEqual({ nothingToDo: true })
  expect(await status(id)).toBe('canceled')
})

test('the switch retires the old deployment, drains its instance and moves the route, all at once', async () => {
  const server = await newServer()
  const old = await goLive(server)
  const next = await goLive(server)
  expect(await status(old.claim.deployment.id)).toBe('retired')
  expect(await status(next.claim.deployment.id)).toBe('live')
  const route = await deps.db.route.findUniqueOrThrow({ where: { serverId: server.id } })
  expect(route.deploymentId).toBe(next.claim.deployment.id)
  const states = await deps.db.instance.findMany({
    where: { serverId: server.id },
    orderBy: { createdAt: 'asc' },
  })
  expect(states.map((row) => row.state)).toEqual(['draining', 'ready'])
})

test('route versions grow with every change on the platform', async () => {
  const versions: bigint[] = []
  for (const server of [await newServer(), await newServer(), await newServer()]) {
    await goLive(server)
    const route = await deps.db.route.findUniqueOrThrow({ where: { serverId: server.id } })
    versions.push(route.version)
  }
  expect(versions).toEqual([...versions].sort((a, b) => Number(a - b)))
  expect(new Set(versions).size).toBe(3)
})

test('a drain waits for every live router, and for none that is gone', async () => {
  const [a, b, gone] = [newId('node'), newId('node'), newId('node')]
  await deps.db.routerNode.createMany({
    data: [
      { id: a, seenAt: new Date(), ackedVersion: 7n, busy: ['ins_old'] },
      { id: b, seenAt: new Date(), ackedVersion: 6n, busy: [] },
      { id: gone, seenAt: new Date(Date.now() - 60_000), ackedVersion: 0n, busy: ['ins_old'] },
    ],
  })
  const drained = () => isDrained(deps, { version: 7n, instanceIds: ['ins_old'] })
  expect(await drained()).toBe(false)
  await deps.db.routerNode.update({ where: { id: b }, data: { ackedVersion: 7n } })
  expect(await drained()).toBe(false)
  await deps.db.routerNode.update({ where: { id: a }, data: { busy: [] } })
  expect(await drained()).toBe(true)
})

test('a rollback goes to the one that was live before, and only within the server', async () => {
  const server = await newServer()
  const first = await goLive(server)
  await goLive(server)
  const back = await rollbackDeployment(deps, { teamId: team.id, serverId: server.id }, actor)
  expect(back).toMatchObject({ trigger: 'rollback', sourceId: first.claim.deployment.id })
  const stranger = await newServer()
  await expect(
    rollbackDeployment(
      deps,
      { teamId: team.id, serverId: stranger.id, toDeploymentId: first.claim.deployment.id },
      actor,
    ),
  ).rejects.toMatchObject({ code: 'not_found' })
})

test('a team builds three at a time; the fourth waits', async () => {
  const crowd = await deps.db.team.create({
    data: { id: newId('team'), slug: 'crowd', name: 'Crowd' },
  })
  const ids: string[] = []
  for (let n = 0; n < 4; n++) {
    const server = await createServer(deps, { teamId: crowd.id, slug: `crowd-${n}` }, actor)
    const made = await createDeployment(
      deps,
      { teamId: crowd.id, serverId: server.id, trigger: 'push', commitSha: sha() },
      actor,
    )
    ids.push(made.id)
  }
  for (const id of ids.slice(0, 3)) await beginStep(deps, await claim(id), 'fetch')
  expect(await claimDeployment(deps, ids[3] ?? '')).toEqual({ retryInMs: expect.any(Number) })
})

test('a team with nothing in work goes before one that builds already', async () => {
  const queuedBy = async (slug: string, count: number) => {
    const made = await deps.db.team.create({ data: { id: newId('team'), slug, name: slug } })
    const ids: string[] = []
    for (let n = 0; n < count; n++) {
      const server = await createServer(deps, { teamId: made.id, slug: `${slug}-${n}` }, actor)
      const push = {
        teamId: made.id,
        serverId: server.id,
        trigger: 'push',
        commitSha: sha(),
      } as const
      ids.push((await createDeployment(deps, push, actor)).id)
    }
    return ids
  }
  const start = async (id = '') => {
    const claimed = await claimDeployment(deps, id)
    if (!('claim' in claimed)) return false
    await beginStep(deps, claimed.claim, 'fetch')
    return true
  }
  await deps.db.deployment.updateMany({
    where: { status: 'queued' },
    data: { status: 'canceled' },
  })
  const [greedy, more] = await queuedBy('greedy', 2)
  expect(await start(greedy)).toBe(true)
  const [modest] = await queuedBy('modest', 1)
  expect(await start(more)).toBe(false)
  expect(await start(modest)).toBe(true)
  expect(await start(more)).toBe(true)
})

test('what a lost queue forgot is found again: the active, and the live that has not drained', async () => {
  const server = await newServer()
  const live = await goLive(server)
  const waiting = await push(await newServer())
  const found = await requeueUnfinished(deps)
  expect(found).toContain(live.claim.deployment.id)
  expect(found).toContain(waiting.id)
  await beginStep(deps, live.claim, 'drain')
  await endStep(deps, live.claim, 'drain')
  expect(await requeueUnfinished(deps)).not.toContain(live.claim.deployment.id)
})

test('a write-only variable reaches the instance and nobody else', async () => {
  const { id: serverId } = await newServer()
  const set = (key: string, writeOnly: boolean) =>
    setEnvVar(deps, { serverId, key, value: `value of ${key}`, scope: 'production', writeOnly })
  await set('SECRET', true)
  await set('PLAIN', false)
  expect(await listEnvVars(deps, { serverId })).toMatchObject([
    { key: 'PLAIN', value: 'value of PLAIN' },
    { key: 'SECRET', value: null },
  ])
  const row = await deps.db.envVar.findFirstOrThrow({ where: { serverId, key: 'PLAIN' } })
  expect(row.value).not.toContain('value')
  await expect(set('PORT', false)).rejects.toMatchObject({ code: 'bad_input' })
  await expect(set('A-B', false)).rejects.toMatchObject({ code: 'bad_input' })
})

test('a deployment runs with the variables of its first start; a rollback with today’s, or with its own', async () => {
  const server = await newServer()
  const set = (value: string) =>
    setEnvVar(deps, { serverId: server.id, key: 'A', value, scope: 'production', writeOnly: true })
  await set('old')
  const { claim: first } = await goLive(server)
  expect(await resolveDeploymentEnv(deps, first.deployment.id)).toEqual({ A: 'old' })
  await set('new')
  // A restart after a crash is none of a person's: what was checked goes on as it was.
  expect(await resolveDeploymentEnv(deps, first.deployment.id)).toEqual({ A: 'old' })
  await deps.db.deployment.update({ where: { id: first.deployment.id }, data: { imageId: 'i' } })
  const envOf = async (keepsEnv: boolean) => {
    const back = { teamId: team.id, serverId: server.id, toDeploymentId: first.deployment.id }
    const { id } = await rollbackDeployment(deps, { ...back, keepsEnv }, actor)
    const values = await resolveDeploymentEnv(deps, id)
    const { env } = await deps.db.deployment.findUniqueOrThrow({ where: { id } })
    return [values, env]
  }
  const recorded = (version: number) => [{ key: 'A', scope: 'production', branch: '', version }]
  expect(await envOf(false)).toEqual([{ A: 'new' }, recorded(2)])
  expect(await envOf(true)).toEqual([{ A: 'old' }, recorded(1)])
})

test('a removed server takes its deployments, variables and keys with it', async () => {
  const server = await newServer()
  const { claim: live } = await goLive(server)
  await removeServer(deps, { teamId: team.id, serverId: server.id }, actor)
  expect(await deps.db.deployment.count({ where: { id: live.deployment.id } })).toBe(0)
  expect(await deps.db.route.count({ where: { serverId: server.id } })).toBe(0)
})
