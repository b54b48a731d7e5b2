import { randomBytes } from 'node:crypto'
import type { Deployment, Server } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { approvePreview } from './approve-preview.ts'
import { resolveBuildSecrets, setBuildSecret } from './build-secrets.ts'
import { claimDeployment } from './claim-deployment.ts'
import { createDeployment } from './create-deployment.ts'
import { createServer } from './create-server.ts'
import { deployPreview } from './deploy-preview.ts'
import { resolveDeploymentEnv } from './deployment-env.ts'
import { setEnvVar } from './env-vars.ts'
import { listPreviews } from './list-previews.ts'
import { promotePreview } from './promote-preview.ts'
import { beginStep, endStep } from './record-step.ts'
import { removeExpiredPreviews, removePreviewOf } from './remove-preview.ts'
import { switchRoute } from './switch-route.ts'
import { startDeps, type TestDeps } from './testing/start-deps.ts'
import { updateServer } from './update-server.ts'

let deps: TestDeps
let teamId: string
const actor = { id: 'usr_1', name: 'Ada' }
const urls = { routerUrl: 'http://router', gitUrl: 'http://git' }
const sha = () => randomBytes(20).toString('hex')

beforeAll(async () => {
  deps = await startDeps()
  teamId = newId('team')
  await deps.db.team.create({ data: { id: teamId, slug: 'one', name: 'One' } })
})

afterAll(() => deps.close())

let count = 0
const newServer = () => createServer(deps, { teamId, slug: `server-${++count}` }, actor)
const pushed = { trigger: 'push', commitMessage: 'A commit' } as const

const branch = (server: Server, ref: string, more: { fork?: string; request?: number } = {}) =>
  deployPreview(
    deps,
    { ...pushed, teamId, serverId: server.id, ref, commitSha: sha(), ...more },
    actor,
  )

const production = (server: Server) =>
  createDeployment(deps, { ...pushed, teamId, serverId: server.id, commitSha: sha() }, actor)

async function goLive(deployment: Deployment | null): Promise<string> {
  if (!deployment) throw new Error('nothing to deploy')
  const result = await claimDeployment(deps, deployment.id)
  if (!('claim' in result)) throw new Error('nothing to claim')
  const { claim } = result
  await beginStep(deps, claim, 'build')
  await endStep(deps, claim, 'build', { imageId: `sha256:${sha()}` })
  const { id: deploymentId, serverId } = deployment
  const instanceId = newId('ins')
  const place = { runtime: 'process', host: '127.0.0.1', port: 1 }
  await deps.db.instance.create({ data: { id: instanceId, deploymentId, serverId, ...place } })
  await beginStep(deps, claim, 'switch')
  await switchRoute(deps, claim, instanceId)
  await beginStep(deps, claim, 'drain')
  await endStep(deps, claim, 'drain')
  return instanceId
}

const status = async (id: string | undefined) =>
  (await deps.db.deployment.findUniqueOrThrow({ where: { id: id ?? '' } })).status

test('production and two previews of a server are live beside each other, each on its own route', async () => {
  const server = await newServer()
  const live = await production(server)
  const one = await branch(server, 'feature/one')
  const two = await branch(server, 'two')
  await goLive(live)
  await goLive(one.deployment)
  await goLive(two.deployment)
  for (const { id } of [live, one.deployment, two.deployment].filter((it) => it !== null))
    expect(await status(id)).toBe('live')
  expect(await deps.db.route.findUnique({ where: { serverId: server.id } })).toMatchObject({
    deploymentId: live.id,
  })
  expect(await listPreviews(deps, server, urls)).toMatchObject([
    { name: 'two', state: 'live', url: `http://router/${server.slug}--two/mcp` },
    { name: 'feature-one', state: 'live', ref: 'feature/one' },
  ])
})

test('a newer push to a branch replaces what its preview shows, and nothing else', async () => {
  const server = await newServer()
  const live = await production(server)
  await goLive(live)
  const first = await branch(server, 'x')
  await goLive(first.deployment)
  const waiting = await branch(server, 'x')
  const other = await branch(server, 'y')
  const newest = await branch(server, 'x')
  expect(newest.preview.id).toBe(first.preview.id)
  expect(await status(waiting.deployment?.id)).toBe('superseded')
  await goLive(newest.deployment)
  expect(await status(first.deployment?.id)).toBe('retired')
  expect(await status(other.deployment?.id)).toBe('queued')
  expect(await status(live.id)).toBe('live')
})

test('branches that look alike get previews of their own', async () => {
  const server = await newServer()
  const names = [await branch(server, 'a-b'), await branch(server, 'a/b')].map(
    ({ preview }) => preview.name,
  )
  expect(names[0]).toBe('a-b')
  expect(names[1]).toMatch(/^a-b-[0-9a-f]{6}$/)
})

test('simultaneous pushes of one branch make one preview', async () => {
  const server = await newServer()
  await Promise.all(Array.from({ length: 6 }, () => branch(server, 'same')))
  expect(await deps.db.preview.count({ where: { serverId: server.id } })).toBe(1)
  const queued = { serverId: server.id, status: 'queued' } as const
  expect(await deps.db.deployment.count({ where: queued })).toBe(1)
})

test('past its limit a server takes no further preview, and says what to do', async () => {
  const server = await newServer()
  const change = { pushing: { maxPreviews: 1 } }
  await updateServer(deps, { teamId, serverId: server.id, change }, actor)
  await branch(server, 'one')
  await expect(branch(server, 'two')).rejects.toMatchObject({
    code: 'conflict',
    hint: expect.stringContaining('moorage previews remove'),
  })
  await branch(server, 'one')
})

test('a preview has the variables of previews and none of production, and a fork has none at all', async () => {
  const server = await newServer()
  const set = (key: string, scope: 'production' | 'preview') =>
    setEnvVar(deps, { serverId: server.id, key, value: key, scope, writeOnly: true })
  await set('LIVE', 'production')
  await set('PREVIEW', 'preview')
  const own = await branch(server, 'own')
  const { preview } = await branch(server, 'refs/pull/7/head', { fork: 'eve/x', request: 7 })
  const fork = await approvePreview(
    deps,
    {
      teamId,
      serverId: server.id,
      name: preview.name,
      commitSha: preview.pendingSha ?? '',
    },
    actor,
  )
  const env = (id: string | undefined) => resolveDeploymentEnv(deps, id ?? '')
  expect(await env((await production(server)).id)).toEqual({ LIVE: 'LIVE' })
  expect(await env(own.deployment?.id)).toEqual({ PREVIEW: 'PREVIEW' })
  await setEnvVar(deps, {
    ...{ serverId: server.id, key: 'PREVIEW', value: 'of its own', scope: 'preview' },
    ...{ branch: 'special', writeOnly: true },
  })
  const special = await branch(server, 'special')
  const other = await branch(server, 'other')
  expect(await env(special.deployment?.id)).toEqual({ PREVIEW: 'of its own' })
  expect(await env(other.deployment?.id)).toEqual({ PREVIEW: 'PREVIEW' })
  expect(await env(fork.id)).toEqual({})
  await setBuildSecret(deps, { serverId: server.id, name: 'NPM_TOKEN', value: 'x' })
  const secrets = (previewId: string | null) =>
    resolveBuildSecrets(deps, { serverId: server.id, previewId, wanted: undefined })
  expect(Object.keys(await secrets(own.preview.id))).toEqual(['NPM_TOKEN'])
  expect(await secrets(preview.id)).toEqual({})
})

test("a fork's commit is deployed only when this very commit was approved", async () => {
  const server = await newServer()
  const from = { fork: 'eve/weather', request: 12 }
  const first = await branch(server, 'refs/pull/12/head', from)
  expect(first.deployment).toBeNull()
  expect(first.preview).toMatchObject({ name: 'pr-12', fork: 'eve/weather' })
  const seen = first.preview.pendingSha ?? ''
  await branch(server, 'refs/pull/12/head', from)
  const target = { teamId, serverId: server.id, name: 'pr-12' }
  await expect(approvePreview(deps, { ...target, commitSha: seen }, actor)).rejects.toMatchObject({
    code: 'conflict',
  })
  expect(await deps.db.deployment.count({ where: { serverId: server.id } })).toBe(0)
  const [waiting] = await listPreviews(deps, server, urls)
  expect(waiting?.state).toBe('waiting')
  const commitSha = waiting?.pendingSha ?? ''
  const approved = await approvePreview(deps, { ...target, commitSha }, actor)
  expect(approved).toMatchObject({ kind: 'preview', commitSha, ref: 'refs/pull/12/head' })
  await expect(approvePreview(deps, { ...target, commitSha }, actor)).rejects.toMatchObject({
    code: 'conflict',
  })
  await goLive(approved)
  await expect(promotePreview(deps, target, actor)).rejects.toMatchObject({ code: 'forbidden' })
})

test('what a preview shows goes into production with its image, and the preview stays', async () => {
  const server = await newServer()
  const { deployment } = await branch(server, 'next')
  await goLive(deployment)
  const promoted = await promotePreview(deps, { teamId, serverId: server.id, name: 'next' }, actor)
  expect(promoted).toMatchObject({
    kind: 'production',
    trigger: 'promote',
    sourceId: deployment?.id,
    commitSha: deployment?.commitSha,
  })
  await goLive(promoted)
  expect(await status(deployment?.id)).toBe('live')
})

test('with its branch a preview goes, with its deployments and logs and no other', async () => {
  const server = await newServer()
  const live = await production(server)
  await goLive(live)
  const { deployment } = await branch(server, 'gone')
  const waiting = await branch(server, 'stays')
  const line = { serverId: server.id, stream: 'build', at: new Date(), text: 'x' } as const
  for (const id of [live.id, deployment?.id ?? ''])
    await deps.db.logLine.create({ data: { ...line, deploymentId: id } })
  const of = { teamId, serverId: server.id }
  expect(await removePreviewOf(deps, { ...of, ref: 'gone' }, actor)).toBe('gone')
  expect(await removePreviewOf(deps, { ...of, ref: 'gone' }, actor)).toBeNull()
  expect(await removePreviewOf(deps, { ...of, teamId: 'team_x', ref: 'stays' }, actor)).toBeNull()
  const ids = (await deps.db.deployment.findMany({ where: { serverId: server.id } })).map(
    ({ id }) => id,
  )
  expect(ids.sort()).toEqual([live.id, waiting.deployment?.id].sort())
  expect(await deps.db.logLine.count({ where: { serverId: server.id } })).toBe(1)
})

test('a preview ends when its time is over, and a new deployment gives it more', async () => {
  const server = await newServer()
  const { preview } = await branch(server, 'old')
  const past = { expiresAt: new Date(Date.now() - 1_000) }
  await deps.db.preview.update({ where: { id: preview.id }, data: past })
  await branch(server, 'old')
  await removeExpiredPreviews(deps)
  expect(await deps.db.preview.count({ where: { id: preview.id } })).toBe(1)
  await deps.db.preview.update({ where: { id: preview.id }, data: past })
  await removeExpiredPreviews(deps)
  expect(await deps.db.preview.count({ where: { id: preview.id } })).toBe(0)
})
