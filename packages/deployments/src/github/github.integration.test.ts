import { createHmac, randomBytes } from 'node:crypto'
import type { Prisma } from '@moorage/db/client'
import type { DeploymentStatus } from '@moorage/domain/deployment'
import { newId } from '@moorage/domain/id'
import { startGithub, type TestGithub } from '@moorage/testing/github'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { approvePreview } from '../approve-preview.ts'
import { deployPreview } from '../deploy-preview.ts'
import { startDeps, type TestDeps } from '../testing/start-deps.ts'
import {
  connectAccount,
  findInstallations,
  foundInstallations,
  startConnecting,
} from './connect-account.ts'
import { findGithubApp, forgetGithubApp } from './github-app.ts'
import { createGithubClient, type GithubClient } from './github-client.ts'
import { listAccounts } from './list-accounts.ts'
import { finishMakingApp, startMakingApp } from './make-app.ts'
import { receiveAppDelivery } from './receive-app-delivery.ts'
import { reportDeployments } from './report-deployments.ts'
import { listRepositories, repositoryAccess } from './repositories.ts'

const dashboardUrl = 'https://moorage.example.com'
const routerUrl = 'https://mcp.example.com'
const ada = { id: 'usr_ada', name: 'ada@example.com' }
let github: TestGithub
let deps: TestDeps & { github: GithubClient }
let [one, two] = ['', '']

const acme = {
  id: 42,
  account: { id: 100, login: 'Acme', type: 'Organization' as const },
  owners: ['ada'],
  repositories: [
    { name: 'weather', isPrivate: true },
    { name: 'site', isPrivate: false },
  ],
}
const adas = {
  id: 43,
  account: { id: 1, login: 'ada', type: 'User' as const },
  repositories: [{ name: 'notes', isPrivate: true }],
}

beforeAll(async () => {
  github = await startGithub()
  deps = { ...(await startDeps()), github: createGithubClient({ url: github.url }) }
  ;[one, two] = [await newTeam('one'), await newTeam('two')]
})
beforeEach(async () => {
  await forgetGithubApp(deps, ada)
  await deps.db.server.deleteMany()
  github.installations.splice(0, 9, acme, adas)
  github.written.length = 0
  github.comments.length = 0
  await make()
})
afterAll(async () => {
  github.close()
  await deps.close()
})

async function newTeam(slug: string): Promise<string> {
  const id = newId('team')
  await deps.db.team.create({ data: { id, slug, name: slug } })
  return id
}

const stateOf = (url: string) => new URL(url).searchParams.get('state') ?? ''

async function make(): Promise<void> {
  const { action } = await startMakingApp(deps, { userId: ada.id, dashboardUrl })
  await finishMakingApp(deps, { state: stateOf(action), code: 'good', actor: ada })
}

/** What GitHub says is the person's own, when they come back with this code. */
async function visit(person: { id: number; login: string }, teamId = one) {
  const { authorizeUrl } = await startConnecting(deps, { userId: ada.id, teamId })
  const code = randomBytes(4).toString('hex')
  github.codes.set(code, person)
  const visitId = await findInstallations(deps, {
    ...{ state: stateOf(authorizeUrl), code, userId: ada.id },
  })
  const found = await foundInstallations(deps, { id: visitId, userId: ada.id, teamId })
  return { visitId, found: found.map((row) => row.installationId) }
}

async function connect(teamId: string, installationId = acme.id): Promise<void> {
  const { visitId } = await visit({ id: 1, login: 'ada' }, teamId)
  await connectAccount(deps, { visitId, teamId, installationId }, ada)
}

const repoUrl = (name: string) => `${github.url}/acme/${name}.git`

async function newServer(teamId: string, slug: string, name = 'weather') {
  const data = { id: newId('srv'), teamId, slug, name: slug, repoUrl: repoUrl(name) }
  return deps.db.server.create({ data })
}

test('an App is made from the manifest: its keys are sealed, and whoever brings no open state gets nothing', async () => {
  await forgetGithubApp(deps, ada)
  const { action, manifest } = await startMakingApp(deps, {
    ...{ userId: ada.id, dashboardUrl, organization: 'acme' },
  })
  expect(action).toContain(`${github.url}/organizations/acme/settings/apps/new?state=`)
  expect(JSON.parse(manifest)).toMatchObject({
    hook_attributes: { url: 'https://moorage.example.com/api/github/webhook' },
    redirect_url: 'https://moorage.example.com/api/github/made',
    default_permissions: { contents: 'read', statuses: 'write' },
  })
  const state = stateOf(action)
  const other = { id: 'usr_mallory', name: 'm' }
  for (const [given, actor] of [
    ['guessed', ada],
    [state, other],
  ] as const)
    await expect(
      finishMakingApp(deps, { state: given, code: 'good', actor }),
    ).rejects.toMatchObject({ code: 'forbidden' })
  await finishMakingApp(deps, { state, code: 'good', actor: ada })
  await expect(finishMakingApp(deps, { state, code: 'good', actor: ada })).rejects.toThrow()
  expect(await findGithubApp(deps)).toMatchObject({ appId: 7, webhookSecret: 'webhook-secret' })
  const kept = JSON.stringify(await deps.db.setting.findMany())
  for (const secret of ['PRIVATE KEY', 'webhook-secret', 'client-secret'])
    expect(kept).not.toContain(secret)
})

test('a dashboard on loopback makes an App without a webhook, which GitHub would refuse', async () => {
  await forgetGithubApp(deps, ada)
  const { manifest } = await startMakingApp(deps, {
    ...{ userId: ada.id, dashboardUrl: 'http://127.0.0.1:4400' },
  })
  expect(JSON.parse(manifest)).not.toHaveProperty('hook_attributes')
})

test('an account is connected by who owns it: a collaborator who sees the installation cannot', async () => {
  const owner = await visit({ id: 1, login: 'ada' })
  expect(owner.found).toEqual([acme.id, adas.id])
  const collaborator = await visit({ id: 2, login: 'bob' })
  expect(collaborator.found).toEqual([])
  const input = { teamId: one, installationId: acme.id }
  const refused = { code: 'conflict' }
  await expect(
    connectAccount(deps, { ...input, visitId: collaborator.visitId }, ada),
  ).rejects.toMatchObject(refused)
  // Nor for another team, nor as another person, than who set out.
  const { visitId } = owner
  await expect(connectAccount(deps, { ...input, visitId, teamId: two }, ada)).rejects.toMatchObject(
    refused,
  )
  await expect(
    connectAccount(deps, { ...input, visitId }, { id: 'usr_mallory', name: 'm' }),
  ).rejects.toMatchObject(refused)
  await connectAccount(deps, { ...input, visitId }, ada)
  expect(await listAccounts(deps, { teamId: one })).toMatchObject([{ account: 'Acme' }])
  expect(await listAccounts(deps, { teamId: two })).toEqual([])
})

test('a team sees the repositories of its own accounts, and gets a token for one of them at a time', async () => {
  await connect(one)
  const names = (await listRepositories(deps, { teamId: one })).map((row) => row.name)
  expect(names).toEqual(['Acme/weather', 'Acme/site'])
  expect(await listRepositories(deps, { teamId: two })).toEqual([])
  const permissions = { contents: 'read' }
  const of = (teamId: string, url: string) =>
    repositoryAccess(deps, { teamId, repoUrl: url, permissions })
  const access = await of(one, repoUrl('weather'))
  expect(access).toMatchObject({ owner: 'acme', name: 'weather' })
  expect(github.isToken(access?.token ?? '')).toBe(true)
  expect(await of(one, repoUrl('not-in-it'))).toBeNull()
  expect(await of(two, repoUrl('weather'))).toBeNull()
  expect(await of(one, 'https://evil.example/acme/weather.git')).toBeNull()
  // An account from which the App was deleted while nobody listened hides the others not.
  const gone = { id: newId('ghi'), teamId: one, installationId: 999, account: 'gone' }
  await deps.db.githubInstallation.create({ data: gone })
  expect(await listRepositories(deps, { teamId: one })).toHaveLength(2)
})

/** As GitHub sends it to the App. */
function send(event: string, body: object, secret = 'webhook-secret', id = newId('req')) {
  const bytes = Buffer.from(JSON.stringify(body))
  const headers = new Headers({
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': id,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`,
  })
  return receiveAppDelivery(deps, { headers, readBody: async () => bytes })
}

const pushed = (name: string, installation = acme.id) => ({
  ref: 'refs/heads/main',
  after: randomBytes(20).toString('hex'),
  head_commit: { message: 'A commit' },
  repository: { clone_url: repoUrl(name), full_name: `acme/${name}` },
  installation: { id: installation },
})

test('a delivery reaches each team that connected the account and has the repository, once, and no other', async () => {
  await connect(one)
  const [a, , other] = [
    await newServer(one, 'a-weather'),
    await newServer(one, 'b-weather'),
    await newServer(two, 'c-weather'),
  ]
  const body = pushed('weather')
  expect(await send('push', body, 'webhook-secret', 'd-1')).toEqual({ teams: 1 })
  await send('push', body, 'webhook-secret', 'd-1')
  expect(await deps.db.webhookDelivery.findMany()).toMatchObject([{ serverId: a.id }])
  await connect(two)
  expect(await send('push', pushed('weather'))).toEqual({ teams: 2 })
  expect(await deps.db.webhookDelivery.count({ where: { serverId: other.id } })).toBe(1)
  expect(await send('push', pushed('unknown'))).toEqual({ teams: 0 })
  expect(await send('push', pushed('weather', 999))).toEqual({ teams: 0 })
  await expect(send('push', pushed('weather'), 'guessed')).rejects.toMatchObject({
    code: 'unauthenticated',
  })
})

test('an installation that is suspended gives no token and deploys nothing; one that is deleted is gone', async () => {
  await connect(one)
  await newServer(one, 'weather')
  const installation = { id: acme.id }
  const of = { teamId: one, repoUrl: repoUrl('weather'), permissions: {} }
  await send('installation', { action: 'suspend', installation })
  expect(await listAccounts(deps, { teamId: one })).toMatchObject([{ isSuspended: true }])
  expect(await repositoryAccess(deps, of)).toBeNull()
  expect(await send('push', pushed('weather'))).toEqual({ teams: 0 })
  await send('installation', { action: 'unsuspend', installation })
  expect(await repositoryAccess(deps, of)).not.toBeNull()
  await send('installation', { action: 'deleted', installation })
  expect(await listAccounts(deps, { teamId: one })).toEqual([])
})

test('an account that was renamed is found under its new name', async () => {
  await connect(one)
  const renamed = { action: 'renamed', installation: { id: acme.id }, account: { login: 'acme2' } }
  await send('installation_target', renamed)
  const named = { teamId: one, repoUrl: `${github.url}/acme2/weather.git`, permissions: {} }
  expect(await repositoryAccess(deps, named)).not.toBeNull()
})

const sha = 'a'.repeat(40)
const report = () => reportDeployments({ ...deps, dashboardUrl, routerUrl })
const setStatus = (id: string, status: DeploymentStatus, more: Prisma.DeploymentUpdateInput = {}) =>
  deps.db.deployment.update({ where: { id }, data: { status, ...more } })
const wrote = () =>
  github.written
    .splice(0)
    .map(({ path, body }) => `${path} ${body.state ?? body.environment ?? ''}`)

test('GitHub is told of each state once, with links; what came from elsewhere is not told', async () => {
  await connect(one)
  const server = await newServer(one, 'weather')
  const data = { serverId: server.id, commitSha: sha, trigger: 'webhook' } as const
  const { id } = await deps.db.deployment.create({ data: { id: newId('dep'), ...data } })
  await deps.db.deployment.create({ data: { ...data, id: newId('dep'), trigger: 'push' } })
  await report()
  await report()
  const [status, made, queued] = github.written
  expect(status?.body).toMatchObject({
    ...{ state: 'pending', context: 'moorage/weather' },
    target_url: `${dashboardUrl}/servers/weather/deployments/${id}`,
  })
  expect(made?.body).toMatchObject({ ref: sha, environment: 'weather', required_contexts: [] })
  const at = queued?.path.replace(/\/statuses$/, '')
  expect(wrote()).toHaveLength(3)
  await setStatus(id, 'building')
  await report()
  await setStatus(id, 'starting')
  await report()
  expect(wrote()).toEqual([`/statuses/${sha} pending`, `${at}/statuses in_progress`])
  await setStatus(id, 'live')
  await report()
  const last = github.written.at(-1)?.body
  expect(last).toMatchObject({ environment_url: `${routerUrl}/weather/mcp` })
  expect(wrote()).toEqual([`/statuses/${sha} success`, `${at}/statuses success`])
  await setStatus(id, 'retired')
  await report()
  expect(wrote()).toEqual([])
})

test('a GitHub that fails is asked again later, and the deployment goes on as if nothing was', async () => {
  await connect(one)
  const server = await newServer(one, 'weather')
  const data = { serverId: server.id, commitSha: sha, trigger: 'webhook' } as const
  const failure = { step: 'build', code: 'build_failed', message: 'No wheel.', hint: null }
  const { id } = await deps.db.deployment.create({
    data: { id: newId('dep'), ...data, status: 'failed', failure },
  })
  github.faults.push(502, 403)
  await report()
  const read = () => deps.db.githubReport.findUniqueOrThrow({ where: { deploymentId: id } })
  expect(await read()).toMatchObject({ told: null, attempts: 1 })
  expect((await read()).fault).toContain('GitHub could not be reached')
  await report()
  expect(await read()).toMatchObject({ attempts: 1 })
  const due = () => deps.db.githubReport.updateMany({ data: { dueAt: new Date(0) } })
  await due()
  await report()
  expect(await read()).toMatchObject({ told: null, attempts: 2 })
  await due()
  await report()
  expect(await read()).toMatchObject({ told: 'failed', attempts: 0, fault: null })
  expect(github.written[0]?.body).toMatchObject({
    ...{ state: 'failure', description: 'Failed in build: No wheel.' },
  })
  expect(await deps.db.deployment.findUnique({ where: { id } })).toMatchObject({ status: 'failed' })
})

const shakenHands = (tools: string[]) => ({
  ...{ protocolVersion: '2025-11-25', eras: ['legacy'], transport: 'streamable-http' },
  serverInfo: { name: 'x', version: '1', title: null },
  ...{ instructions: null, resources: [], prompts: [] },
  tools: tools.map((name) => ({ name, title: null, description: null, inputSchema: {} })),
})

test('a pull request has one comment, in which its preview and its tools stay up to date', async () => {
  await connect(one)
  const server = await newServer(one, 'weather')
  const production = await deps.db.deployment.create({
    data: {
      ...{ id: newId('dep'), serverId: server.id, trigger: 'manual', status: 'live' },
      handshake: shakenHands(['forecast', 'old']),
    },
  })
  await deps.db.route.create({
    data: { serverId: server.id, deploymentId: production.id, version: 1n },
  })
  const preview = await deps.db.preview.create({
    data: {
      ...{ id: newId('prv'), serverId: server.id, name: 'x', ref: 'x', request: 12 },
      expiresAt: new Date(Date.now() + 1e9),
    },
  })
  const { id } = await deps.db.deployment.create({
    data: {
      ...{ id: newId('dep'), serverId: server.id, commitSha: sha, trigger: 'webhook' },
      ...{ kind: 'preview', previewId: preview.id },
    },
  })
  await report()
  expect(github.comments).toHaveLength(1)
  expect(github.comments[0]?.body).toContain('Waits for a builder.')
  // Anyone can write what begins as ours does.
  const copied = { id: 1, body: github.comments[0]?.body ?? '', user: { type: 'User' } }
  github.comments.unshift(copied)
  await setStatus(id, 'live', { handshake: shakenHands(['forecast', 'new']) })
  await deps.db.preview.update({ where: { id: preview.id }, data: { deploymentId: id } })
  await report()
  expect(github.comments.shift()).toBe(copied)
  expect(github.comments).toHaveLength(1)
  const text = github.comments[0]?.body
  expect(text).toContain('Preview: https://mcp.example.com/weather--x/mcp')
  expect(text).toContain('Tools added: `new`')
  expect(text).toContain('Tools removed: `old`')
})

test('a fork’s pull request is told that it waits for approval and where, once, and what came of it', async () => {
  await connect(one)
  const server = await newServer(one, 'weather')
  const commitSha = 'b'.repeat(40)
  const of = { teamId: one, serverId: server.id, trigger: 'webhook' } as const
  const pull = { ref: 'refs/pull/12/head', request: 12, fork: 'mallory/weather' }
  const { preview } = await deployPreview(deps, { ...of, ...pull, commitSha }, ada)
  github.faults.push(502)
  await report()
  expect(github.written).toEqual([])
  const due = { tellAt: new Date(0) }
  await deps.db.preview.updateMany({ where: { tellAt: { not: null } }, data: due })
  await report()
  expect(github.written[0]).toMatchObject({
    path: `/statuses/${commitSha}`,
    body: {
      ...{ state: 'pending', context: 'moorage/weather (preview)' },
      description:
        'It comes from mallory/weather and waits for a member of the team to approve it.',
      target_url: `${dashboardUrl}/servers/weather/previews`,
    },
  })
  expect(github.comments).toHaveLength(1)
  expect(github.comments[0]?.body).toContain(
    `waits for a member of the team to approve it.\`](${dashboardUrl}/servers/weather/previews) (bbbbbbb)`,
  )
  github.written.length = 0
  await report()
  expect(github.written).toEqual([])

  const approved = { teamId: one, serverId: server.id, name: preview.name, commitSha }
  const { id } = await approvePreview(deps, approved, ada)
  await report()
  expect(github.written[0]).toMatchObject({
    path: `/statuses/${commitSha}`,
    body: { target_url: `${dashboardUrl}/servers/weather/deployments/${id}` },
  })
  expect(github.comments[0]?.body).toContain('Waits for a builder.')
})
